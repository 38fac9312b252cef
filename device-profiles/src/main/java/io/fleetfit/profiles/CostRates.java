package io.fleetfit.profiles;

import java.util.Map;

/**
 * How fast the CPU of a profile computes; the coefficients of a linear latency model.
 *
 * @param source where the rates come from
 * @param gmacsPerSecond effective 10⁹ multiply-accumulates a second in fp32 with all threads, by operator class
 *     ({@code CONV_POINTWISE}, {@code CONV_SPATIAL}, {@code CONV_DEPTHWISE}, {@code CONV_GROUPED}, {@code GEMM},
 *     {@code RECURRENT})
 * @param int8Speedup factor by which full int8 computation is faster than fp32; below 1 it is slower
 * @param memoryGigabytesPerSecond effective bandwidth for activations in 10⁹ bytes a second
 * @param layerMicros fixed cost of a layer in microseconds
 * @param relativeUncertainty half width of the 90 % interval over the prediction; 0.3 is ±30 %
 */
public record CostRates(
        String source,
        Map<String, Double> gmacsPerSecond,
        double int8Speedup,
        double memoryGigabytesPerSecond,
        double layerMicros,
        double relativeUncertainty) {
    public CostRates {
        gmacsPerSecond = Map.copyOf(gmacsPerSecond);
    }
}

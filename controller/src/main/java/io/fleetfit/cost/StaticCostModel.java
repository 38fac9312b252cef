package io.fleetfit.cost;

import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.onnx.GraphSummary.OperatorClass;
import io.fleetfit.registry.Variant;
import java.util.Map;

/**
 * What a variant costs by its graph alone: a linear model over multiply-accumulates by operator class, activation traffic
 * and layers. Its features are those that nn-Meter (Zhang et al., MobiSys 2021) found to decide, taken over whole graphs.
 */
public final class StaticCostModel {
    /**
     * What ONNX Runtime takes beside weights and activations: code, allocator, session structures. Measured on x86-64 with
     * the CPU provider.
     */
    public static final long RUNTIME_OVERHEAD_BYTES = 24L << 20;

    /** The 95th percentile lies above the mean on an idle device; measured figures replace this. */
    private static final double P95_OVER_MEAN = 1.1;

    /** An estimate from a graph with open shapes may be off by this much more, in time and in memory. */
    private static final int OPEN_SHAPES = 2;

    private StaticCostModel() {}

    /** Latency on a device of these rates; the interval is as wide as the rates' uncertainty, twice that for open shapes. */
    public static LatencyEstimate latency(Variant variant, DeviceRates rates) {
        GraphSummary graph = variant.summary();
        double speedup = LearnedCosts.computesInInt8(variant) ? rates.int8Speedup() : 1;
        double millis = 0;
        for (Map.Entry<OperatorClass, Long> macs : graph.macs().entrySet()) {
            double rate = rates.gmacsPerSecond().getOrDefault(macs.getKey(), slowest(rates)) * speedup;
            millis += macs.getValue() / (rate * 1e6);
        }
        millis += graph.activationBytes() / (rates.memoryGigabytesPerSecond() * 1e6);
        millis += graph.layers() * rates.layerMicros() / 1e3;
        double spread = rates.relativeUncertainty() * (graph.estimated() ? OPEN_SHAPES : 1);
        return LatencyEstimate.around(millis * P95_OVER_MEAN, spread, LatencyEstimate.Source.MODEL);
    }

    /**
     * Peak memory of the variant in bytes: weights as loaded, live activations (twice the estimate where shapes are open),
     * and the runtime itself.
     */
    public static long peakMemoryBytes(Variant variant) {
        GraphSummary graph = variant.summary();
        long activations = graph.peakActivationBytes() * (graph.estimated() ? OPEN_SHAPES : 1);
        return graph.runtimeWeightBytes() + activations + RUNTIME_OVERHEAD_BYTES;
    }

    /** A class without a rate of its own is as slow as the slowest; without any rate, one that suits a microcontroller. */
    private static double slowest(DeviceRates rates) {
        return rates.gmacsPerSecond().values().stream()
                .mapToDouble(Double::doubleValue)
                .min()
                .orElse(0.1);
    }
}

package io.fleetfit.fit;

import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.fit.Rejection.Reason;
import io.fleetfit.registry.Variant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One variant on one profile under one policy: all that is the same for every device of the profile, worked out once.
 *
 * @param variant which
 * @param opset operator set that it needs of the default domain; 0 if none
 * @param isa CPU features that it is of no use without
 * @param kernels class of kernels that it is made for, from its tag {@code kernels}; empty if it is right everywhere
 * @param peakMemoryBytes estimate of the peak memory
 * @param latency estimate for a device of the profile that measured nothing itself
 * @param quality effective quality, see {@link FitScorer#effectiveQuality}
 * @param fixed reasons against it on every device of the profile, latency left out
 * @param slow the reason of latency for a device that measured nothing itself; absent if it is fast enough
 */
record Candidate(
        Variant variant,
        int opset,
        List<String> isa,
        String kernels,
        long peakMemoryBytes,
        LatencyEstimate latency,
        double quality,
        List<Reason> fixed,
        @Nullable Reason slow) {

    /** The candidate of a variant. */
    static Candidate of(Variant variant, LatencyEstimate latency, long peakMemoryBytes, Policy policy) {
        return new Candidate(
                variant,
                FitFilter.opset(variant),
                FitFilter.isa(variant),
                variant.tags().getOrDefault("kernels", ""),
                peakMemoryBytes,
                latency,
                FitScorer.effectiveQuality(variant),
                FitFilter.everywhere(variant, policy),
                FitFilter.latency(latency, policy));
    }
}

package io.fleetfit.cost;

import io.fleetfit.registry.Variant;
import org.jspecify.annotations.Nullable;

/** What the fleet's figures say about a profile that did not measure a variant. Safe for many threads. */
@FunctionalInterface
public interface TransferModel {
    /** The latency of the variant on the profile; null if nothing was measured that says anything about it. */
    @Nullable
    LatencyEstimate latency(String profile, Variant variant);

    /** Knows nothing. */
    static TransferModel none() {
        return (profile, variant) -> null;
    }
}

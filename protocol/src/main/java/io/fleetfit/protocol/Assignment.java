package io.fleetfit.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What one device shall run in one slot.
 *
 * @param slot name of the slot; the local API serves it under the model's name
 * @param manifest signed {@link VariantManifest}
 * @param settings how to run it
 * @param budget what it may cost
 * @param probationSeconds time after activation in which the device may still fall back by itself
 * @param stageOnly whether to download and check the variant and then wait for a newer desired state; absent is no
 */
public record Assignment(
        String slot,
        DsseEnvelope manifest,
        ExecutionSettings settings,
        Budget budget,
        int probationSeconds,
        @Nullable Boolean stageOnly) {
    /** An assignment that is to run. */
    public Assignment(
            String slot, DsseEnvelope manifest, ExecutionSettings settings, Budget budget, int probationSeconds) {
        this(slot, manifest, settings, budget, probationSeconds, null);
    }
}

package io.fleetfit.fleet;

import io.fleetfit.protocol.Budget;
import io.fleetfit.registry.VariantRef;
import org.jspecify.annotations.Nullable;

/**
 * What a device shall run in one slot.
 *
 * @param slot name
 * @param variant which variant
 * @param budget what it may cost on the device
 * @param deployment the deployment that wants it
 * @param rollout the rollout that set it, or whose deployment the device joined later; absent after an abort
 * @param stageOnly whether the device shall only download and check the variant; absent is no
 * @param attempt grows when the same is asked once more, so that the device tries again; absent is the first time
 */
public record SlotTarget(
        String slot,
        VariantRef variant,
        Budget budget,
        String deployment,
        @Nullable String rollout,
        @Nullable Boolean stageOnly,
        @Nullable Integer attempt) {
    /** A target that is to run. */
    public SlotTarget(String slot, VariantRef variant, Budget budget, String deployment, @Nullable String rollout) {
        this(slot, variant, budget, deployment, rollout, null, null);
    }
}

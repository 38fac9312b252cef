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
 * @param rollout the rollout that set it; absent for a device that joined later
 */
public record SlotTarget(
        String slot,
        VariantRef variant,
        Budget budget,
        String deployment,
        @Nullable String rollout) {}

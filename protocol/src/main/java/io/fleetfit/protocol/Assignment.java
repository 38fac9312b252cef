package io.fleetfit.protocol;

/**
 * What one device shall run in one slot.
 *
 * @param slot name of the slot; the local API serves it under the model's name
 * @param manifest signed {@link VariantManifest}
 * @param settings how to run it
 * @param budget what it may cost
 * @param probationSeconds time after activation in which the device may still fall back by itself
 */
public record Assignment(
        String slot, DsseEnvelope manifest, ExecutionSettings settings, Budget budget, int probationSeconds) {}

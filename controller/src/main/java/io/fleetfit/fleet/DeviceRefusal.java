package io.fleetfit.fleet;

import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.VariantRef;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A variant that a device tried and refused.
 *
 * @param deviceId who
 * @param variant what
 * @param error why
 * @param qualification what its trial found; absent if it failed before or after
 * @param runtimeVersion ONNX Runtime of the device then: with another the refusal no longer holds
 * @param at when
 */
public record DeviceRefusal(
        String deviceId,
        VariantRef variant,
        UpdateError error,
        @Nullable Qualification qualification,
        String runtimeVersion,
        Instant at) {

    /** Whether it holds against these bounds: what broke a budget may fit a wider one. */
    public boolean holds(@Nullable Double maxP95Millis, @Nullable Long maxMemoryBytes, String runtime) {
        if (!runtimeVersion.equals(runtime)) {
            return false;
        }
        Double needed = error.needed();
        return switch (error.code()) {
            case BUDGET_LATENCY -> needed == null || (maxP95Millis != null && needed > maxP95Millis);
            case BUDGET_MEMORY -> needed == null || maxMemoryBytes == null || needed > maxMemoryBytes;
            case RUNTIME_LOAD, RUNTIME_TRIAL, RUNTIME_CRASH_LOOP, RUNTIME_PROVIDER -> true;
            case NETWORK_UNREACHABLE,
                    NETWORK_BAD_SIGNATURE,
                    NETWORK_STALE_GENERATION,
                    NETWORK_EXPIRED,
                    NETWORK_BAD_MESSAGE,
                    STORAGE_QUOTA,
                    STORAGE_FULL,
                    STORAGE_IO,
                    ARTIFACT_INDEX_DIGEST,
                    ARTIFACT_CHUNK_DIGEST,
                    ARTIFACT_DIGEST,
                    ARTIFACT_UNKNOWN -> false;
        };
    }
}

package io.fleetfit.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a variant may cost on the device.
 *
 * @param maxP95Millis 95th percentile of the latency of one inference, in milliseconds; absent is no bound
 * @param maxMemoryBytes peak memory of the process in bytes beyond what it took before; absent is no bound
 */
public record Budget(
        @Nullable Double maxP95Millis, @Nullable Long maxMemoryBytes) {
    /** No bounds. */
    public static Budget none() {
        return new Budget(null, null);
    }
}

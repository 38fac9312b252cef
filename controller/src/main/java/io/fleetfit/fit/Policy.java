package io.fleetfit.fit;

import org.jspecify.annotations.Nullable;

/**
 * The budget of a deployment. Every absent bound is no bound.
 *
 * @param maxP95Millis 95th percentile of the latency of one inference, in milliseconds
 * @param maxMemoryBytes peak memory of the variant in bytes
 * @param maxDownloadBytes bytes that the update may move to a device
 * @param maxMeteredDownloadBytes the same for devices on a metered link; falls back to {@code maxDownloadBytes}
 * @param minQuality least quality, 0 to 1
 * @param objective what to prefer among the variants that fit
 */
public record Policy(
        @Nullable Double maxP95Millis,
        @Nullable Long maxMemoryBytes,
        @Nullable Long maxDownloadBytes,
        @Nullable Long maxMeteredDownloadBytes,
        @Nullable Double minQuality,
        Objective objective) {
    /** What to prefer among the variants that fit. */
    public enum Objective {
        /** Best quality first, then headroom. */
        QUALITY,
        /** Lowest latency first, then quality. */
        LATENCY,
        /** Least memory and storage first, then quality. */
        FOOTPRINT,
        /** Equal weights. */
        BALANCED
    }

    /** No bounds, best quality. */
    public static Policy unbounded() {
        return new Policy(null, null, null, null, null, Objective.QUALITY);
    }
}

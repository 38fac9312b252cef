package io.fleetfit.registry;

import java.time.Instant;

/**
 * A measured latency of a variant on a device.
 *
 * @param variant which
 * @param deviceId where
 * @param profile profile of the device at that time
 * @param provider execution provider
 * @param threads intra-op threads
 * @param p50Millis median latency in milliseconds
 * @param p95Millis 95th percentile
 * @param samples number of inferences
 * @param source qualification or production
 * @param at when
 */
public record Measurement(
        VariantRef variant,
        String deviceId,
        String profile,
        String provider,
        int threads,
        double p50Millis,
        double p95Millis,
        long samples,
        Source source,
        Instant at) {

    /** Where a figure comes from. */
    public enum Source {
        QUALIFICATION,
        PRODUCTION
    }
}

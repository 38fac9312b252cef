package io.fleetfit.cost;

import io.fleetfit.registry.VariantRef;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An estimate that a decision used beside what the device measured then.
 *
 * @param variant which
 * @param deviceId where
 * @param profile profile of the device when it measured
 * @param estimate the latency that the newest decision expected; absent if no decision ranked the variant
 * @param p95Millis newest measured 95th percentile in milliseconds
 * @param p50Millis newest measured median
 * @param at when that was measured
 * @param pace how the medians went over time
 */
public record LatencyCheck(
        VariantRef variant,
        String deviceId,
        String profile,
        @Nullable LatencyEstimate estimate,
        double p95Millis,
        double p50Millis,
        Instant at,
        Pace pace) {}

package io.fleetfit.rollout.plan;

import org.jspecify.annotations.Nullable;

/**
 * How fast devices are asked: {@code perMinute} at first, times {@code factor} each time that another
 * {@code everySuccesses} devices have succeeded, never above {@code maxPerMinute}.
 *
 * @param perMinute devices asked in a minute at the start, above 0
 * @param factor growth, 1 or more; absent is 1
 * @param everySuccesses devices that must succeed for each growth, 1 or more; absent is 10
 * @param maxPerMinute upper bound of the rate; absent is 1000
 */
public record RateRule(
        double perMinute,
        @Nullable Double factor,
        @Nullable Integer everySuccesses,
        @Nullable Double maxPerMinute) {
    private static final double DEFAULT_MAX = 1_000;
    private static final int DEFAULT_EVERY = 10;

    /** Devices a minute after {@code successes} devices have succeeded. */
    public double perMinute(long successes) {
        double steps = (double) Math.floorDiv(successes, everySuccesses == null ? DEFAULT_EVERY : everySuccesses);
        double growth = Math.pow(factor == null ? 1 : factor, steps);
        return Math.min(perMinute * growth, maxPerMinute == null ? Math.max(DEFAULT_MAX, perMinute) : maxPerMinute);
    }
}

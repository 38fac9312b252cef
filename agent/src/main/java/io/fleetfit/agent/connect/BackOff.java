package io.fleetfit.agent.connect;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Times to wait between attempts: uniform between zero and a bound that doubles ("full jitter"), so that a fleet that
 * lost its broker at one moment does not come back at one moment. Not thread-safe.
 */
final class BackOff {
    private final long firstMillis;
    private final long mostMillis;
    private final RandomGenerator random;
    private int attempts;

    BackOff(Duration first, Duration most, RandomGenerator random) {
        this.firstMillis = first.toMillis();
        this.mostMillis = most.toMillis();
        this.random = random;
    }

    /** How long to wait before the next attempt, in milliseconds. */
    long nextMillis() {
        long bound = Math.min(mostMillis, firstMillis << Math.min(attempts, 20));
        attempts++;
        return random.nextLong(bound + 1);
    }

    /** An attempt has succeeded for good. */
    void reset() {
        attempts = 0;
    }
}

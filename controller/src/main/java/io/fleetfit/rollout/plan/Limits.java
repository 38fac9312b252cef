package io.fleetfit.rollout.plan;

import org.jspecify.annotations.Nullable;

/**
 * What a rollout may use at once. Absent bounds are none, but for the two that have a default.
 *
 * @param inFlight devices asked and not yet done; absent is 1000
 * @param unavailable bound for groups of devices
 * @param bytesPerSecond bytes of downloads begun in a second, averaged
 * @param deviceTimeout how long a device that was asked may take before it counts as failed; absent is the controller's
 */
public record Limits(
        @Nullable Integer inFlight,
        @Nullable Unavailable unavailable,
        @Nullable Long bytesPerSecond,
        @Nullable Span deviceTimeout) {
    private static final int DEFAULT_IN_FLIGHT = 1_000;

    /**
     * At most {@code max} devices with the same value of a label may be under way or failed at a time.
     *
     * @param label names the groups; devices without it are in no group
     * @param max 1 or more
     */
    public record Unavailable(String label, int max) {}

    /** No bounds but the defaults. */
    public static Limits none() {
        return new Limits(null, null, null, null);
    }

    /** Devices asked and not yet done. */
    public int maxInFlight() {
        return inFlight == null ? DEFAULT_IN_FLIGHT : inFlight;
    }
}

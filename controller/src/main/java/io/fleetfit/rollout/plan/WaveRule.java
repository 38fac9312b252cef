package io.fleetfit.rollout.plan;

import org.jspecify.annotations.Nullable;

/**
 * One wave: how many devices have the new version by its end, and what closes it. Exactly one of {@code count} and
 * {@code percent} is given.
 *
 * @param count devices in all, those of earlier waves included
 * @param percent the same as a share of the devices that are to be updated, above 0 and at most 100
 * @param soak how long the last device of the wave is watched before the gates decide; absent is not at all
 * @param approval whether the wave begins only when somebody promotes the rollout
 */
public record WaveRule(
        @Nullable Integer count,
        @Nullable Double percent,
        @Nullable Span soak,
        @Nullable Boolean approval) {
    /** A wave up to so many devices. */
    public static WaveRule ofCount(int count, Span soak) {
        return new WaveRule(count, null, soak, null);
    }

    /** A wave up to a share of the devices. */
    public static WaveRule ofPercent(double percent, Span soak) {
        return new WaveRule(null, percent, soak, null);
    }

    /** Devices that have the new version by the end of the wave, of {@code eligible}; at least one. */
    public long upTo(long eligible) {
        if (count != null) {
            return Math.min(count, eligible);
        }
        double share = percent == null ? 100 : percent;
        return Math.min(eligible, Math.max(1, (long) Math.ceil(eligible * share / 100 - 1e-9)));
    }

    /** Whether somebody must promote the rollout before this wave. */
    public boolean needsApproval() {
        return Boolean.TRUE.equals(approval);
    }
}

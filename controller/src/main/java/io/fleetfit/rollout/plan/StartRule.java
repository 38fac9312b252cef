package io.fleetfit.rollout.plan;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rollout waits for, and what it yields to.
 *
 * @param at not before this time
 * @param after deployments whose newest rollout must have succeeded
 * @param approval whether somebody must promote the rollout before its first wave
 * @param priority among deployments that want the same slot of a device the highest wins; absent is 0
 */
public record StartRule(
        @Nullable Instant at,
        @Nullable List<String> after,
        @Nullable Boolean approval,
        @Nullable Integer priority) {
    public StartRule {
        after = after == null ? List.of() : List.copyOf(after);
    }

    /** At once, for nothing. */
    public static StartRule now() {
        return new StartRule(null, List.of(), null, null);
    }

    /** The deployments it waits for. */
    public List<String> dependencies() {
        return after == null ? List.of() : after;
    }

    /** The priority. */
    public int rank() {
        return priority == null ? 0 : priority;
    }
}

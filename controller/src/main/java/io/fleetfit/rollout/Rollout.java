package io.fleetfit.rollout;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One move of a deployment to new decisions.
 *
 * @param id unique, {@code r-} and a number
 * @param deployment what is moved
 * @param version version of the model at the start; frozen
 * @param state where it stands
 * @param reason why it waits or ended so, for people; absent while it runs
 * @param startedAt when
 * @param endedAt when; absent while it runs
 */
public record Rollout(
        String id,
        String deployment,
        String version,
        State state,
        @Nullable String reason,
        Instant startedAt,
        @Nullable Instant endedAt) {
    /** Where a rollout stands. */
    public enum State {
        /** Waits for its time, another deployment, or an approval. */
        WAITING,
        RUNNING,
        /** Asks no more devices until somebody resumes it. */
        PAUSED,
        SUCCEEDED,
        /** Stopped by a gate, or ended with devices that failed. */
        FAILED,
        /** Calls devices off and, if it reverts, takes them back. */
        ABORTING,
        ABORTED;

        /** Whether nothing more will happen by itself; devices that join later still follow one that succeeded. */
        public boolean isEnded() {
            return switch (this) {
                case SUCCEEDED, FAILED, ABORTED -> true;
                case WAITING, RUNNING, PAUSED, ABORTING -> false;
            };
        }
    }

    Rollout to(State next, @Nullable String why, Instant now) {
        return new Rollout(id, deployment, version, next, why, startedAt, next.isEnded() ? now : null);
    }
}

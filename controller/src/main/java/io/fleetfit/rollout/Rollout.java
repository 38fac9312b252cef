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
 * @param reason why it ended so, for people; absent while it runs
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
        RUNNING,
        SUCCEEDED,
        /** Ended with devices that failed. */
        FAILED,
        ABORTING,
        ABORTED;

        /** Whether nothing more will happen. */
        public boolean isEnded() {
            return switch (this) {
                case SUCCEEDED, FAILED, ABORTED -> true;
                case RUNNING, ABORTING -> false;
            };
        }
    }
}

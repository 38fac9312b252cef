package io.fleetfit.compress;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Long work in the background.
 *
 * @param id names it
 * @param kind what it does: {@code import-version}, {@code add-variant}, {@code import-dataset}, {@code compress}, …
 * @param state where it stands
 * @param progress 0 to 1
 * @param message what it does now, or how it ended, for people
 * @param result what it made; absent until it succeeded
 * @param code stable code of what went wrong; absent unless it failed or was cancelled
 * @param createdAt when it was asked for
 * @param endedAt when it ended; absent before
 */
public record Job(
        String id,
        String kind,
        State state,
        double progress,
        String message,
        @Nullable Map<String, Object> result,
        @Nullable String code,
        Instant createdAt,
        @Nullable Instant endedAt) {
    /** Where a job stands. */
    public enum State {
        QUEUED,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED;

        /** Whether nothing more will happen. */
        public boolean isEnded() {
            return this == SUCCEEDED || this == FAILED || this == CANCELLED;
        }
    }
}

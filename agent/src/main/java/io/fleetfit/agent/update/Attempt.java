package io.fleetfit.agent.update;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.Progress;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.UpdateError;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to bring an assignment into service, as it stands in the journal.
 *
 * @param target what is or was being brought up
 * @param receivedAt when the attempt began, device clock
 * @param starts starts of the agent that found the attempt in the state it is in; breaks crash loops
 * @param wasActive whether it came to serve
 * @param progress of the download when it ended
 * @param qualification what the trial found, also when it failed
 * @param activationMillis from the receipt of the assignment to its activation
 * @param error why it failed; absent while it goes well and when it was superseded
 */
public record Attempt(
        Assignment target,
        Instant receivedAt,
        int starts,
        boolean wasActive,
        @Nullable Progress progress,
        @Nullable Qualification qualification,
        @Nullable Long activationMillis,
        @Nullable UpdateError error) {

    static Attempt begin(Assignment target, Instant now) {
        return new Attempt(target, now, 0, false, null, null, null, null);
    }

    Attempt withTarget(Assignment same) {
        return new Attempt(same, receivedAt, starts, wasActive, progress, qualification, activationMillis, error);
    }

    Attempt withStarts(int count) {
        return new Attempt(target, receivedAt, count, wasActive, progress, qualification, activationMillis, error);
    }

    Attempt withProgress(Progress done) {
        return new Attempt(target, receivedAt, starts, wasActive, done, qualification, activationMillis, error);
    }

    Attempt qualified(Qualification measured) {
        return new Attempt(target, receivedAt, 0, true, progress, measured, activationMillis, error);
    }

    Attempt refused(UpdateError why, @Nullable Qualification measured) {
        return new Attempt(
                target,
                receivedAt,
                0,
                wasActive,
                progress,
                measured == null ? qualification : measured,
                activationMillis,
                why);
    }

    Attempt activated(long millis) {
        return new Attempt(target, receivedAt, starts, wasActive, progress, qualification, millis, error);
    }

    Attempt failed(@Nullable UpdateError why) {
        return new Attempt(target, receivedAt, 0, wasActive, progress, qualification, activationMillis, why);
    }

    /** Whether the end of a roll-back is {@code FAILED}: it failed before it ever served. */
    @JsonIgnore
    boolean endsFailed() {
        return error != null && !wasActive;
    }
}

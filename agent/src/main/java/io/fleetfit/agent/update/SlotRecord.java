package io.fleetfit.agent.update;

import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.UpdateState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One slot as it stands in the journal.
 *
 * @param slot name
 * @param wanted what the newest accepted desired state asks for; absent when the slot is to be emptied
 * @param wantedGeneration of that desired state
 * @param state step of the update
 * @param since when the state began, device clock
 * @param generation that the state answers
 * @param attempt the newest attempt; absent before the first
 * @param committed what serves by rule; absent if nothing was committed yet
 * @param previous what was committed before, as a way out when the committed one stops loading
 * @param loads starts of the agent in a row that began to load the committed variant and did not end it
 */
public record SlotRecord(
        String slot,
        @Nullable Assignment wanted,
        long wantedGeneration,
        UpdateState state,
        Instant since,
        long generation,
        @Nullable Attempt attempt,
        @Nullable Assignment committed,
        @Nullable Assignment previous,
        int loads) {

    static SlotRecord empty(String slot, Instant now) {
        return new SlotRecord(slot, null, 0, UpdateState.IDLE, now, 0, null, null, null, 0);
    }

    SlotRecord want(@Nullable Assignment assignment, long newGeneration) {
        return new SlotRecord(
                slot, assignment, newGeneration, state, since, generation, attempt, committed, previous, loads);
    }

    /** The next state with what the attempt has become; throws when there is no such way. */
    SlotRecord to(UpdateState next, Attempt now, Instant at) {
        return new SlotRecord(
                slot, wanted, wantedGeneration, state.to(next), at, generation, now, committed, previous, loads);
    }

    /** A fresh attempt at what is wanted. */
    SlotRecord begin(Assignment target, Instant at) {
        return new SlotRecord(
                slot,
                wanted,
                wantedGeneration,
                state.to(UpdateState.DOWNLOADING),
                at,
                wantedGeneration,
                Attempt.begin(target, at),
                committed,
                previous,
                loads);
    }

    /** The same step for a desired state that asks for the same variant again. */
    SlotRecord adopt(Assignment same) {
        Attempt current = attempt;
        return new SlotRecord(
                slot,
                wanted,
                wantedGeneration,
                state,
                since,
                wantedGeneration,
                current == null ? null : current.withTarget(same),
                committed,
                previous,
                loads);
    }

    SlotRecord withAttempt(Attempt now) {
        return new SlotRecord(
                slot, wanted, wantedGeneration, state, since, generation, now, committed, previous, loads);
    }

    SlotRecord withLoads(int count) {
        return new SlotRecord(
                slot, wanted, wantedGeneration, state, since, generation, attempt, committed, previous, count);
    }

    /** The attempt is committed. */
    SlotRecord commit(Attempt done, Instant at) {
        Assignment before = committed != null && Targets.sameVariant(committed, done.target()) ? previous : committed;
        return new SlotRecord(
                slot,
                wanted,
                wantedGeneration,
                state.to(UpdateState.COMMITTED),
                at,
                generation,
                done,
                done.target(),
                before,
                0);
    }

    /** What is committed already is wanted: settled without an attempt. */
    SlotRecord settle(Assignment same, Instant at) {
        return new SlotRecord(
                slot,
                wanted,
                wantedGeneration,
                UpdateState.COMMITTED,
                at,
                wantedGeneration,
                null,
                same,
                previous,
                loads);
    }

    /**
     * What was committed cannot be served any more: falls back to {@code previous}, and what is wanted is open again.
     *
     * @param retry whether to bring up what is wanted anew
     */
    SlotRecord loseCommitted(Attempt why, boolean retry, Instant at) {
        return new SlotRecord(
                slot, wanted, wantedGeneration, UpdateState.FAILED, at, retry ? 0 : generation, why, previous, null, 0);
    }

    /** The same step without anything to go back to. */
    SlotRecord withoutCommitted() {
        return new SlotRecord(slot, wanted, wantedGeneration, state, since, generation, attempt, previous, null, 0);
    }
}

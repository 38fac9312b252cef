package io.fleetfit.agent.update;

import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.protocol.UpdateState;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings a device back into service after a start of the agent. What is risky, loading a committed variant and going on with
 * one on trial, is counted in the journal before it is done; a count that grows too high ends it.
 */
final class Recovery {
    /** Starts that may find one and the same risky step undone. */
    static final int MAX_STARTS = 3;

    private static final Set<UpdateState> RISKY = Set.of(UpdateState.QUALIFYING, UpdateState.ACTIVE);
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    private final Serving serving;
    private final Clock clock;
    private final UpdateMachine.Book book;

    Recovery(Serving serving, Clock clock, UpdateMachine.Book book) {
        this.serving = serving;
        this.clock = clock;
        this.book = book;
    }

    void run() {
        for (SlotRecord slot : List.copyOf(book.state().slots())) {
            breakCrashLoop(slot);
        }
        for (SlotRecord slot : List.copyOf(book.state().slots())) {
            serve(slot);
        }
    }

    private void breakCrashLoop(SlotRecord slot) {
        Attempt attempt = slot.attempt();
        if (attempt == null || !RISKY.contains(slot.state())) {
            return;
        }
        int starts = attempt.starts() + 1;
        if (starts <= MAX_STARTS) {
            book.put(slot.withAttempt(attempt.withStarts(starts)));
            return;
        }
        UpdateError error = crashLoop(attempt.target(), starts, slot.state().toString());
        book.put(slot.to(UpdateState.ROLLING_BACK, attempt.failed(error), clock.instant()));
    }

    private static UpdateError crashLoop(Assignment variant, int starts, String where) {
        return new UpdateError(
                ErrorCode.RUNTIME_CRASH_LOOP,
                "the agent was started " + starts + " times while "
                        + Targets.manifest(variant).reference() + " was " + where,
                (double) MAX_STARTS,
                (double) starts);
    }

    private void serve(SlotRecord slot) {
        Assignment serves = slot.committed();
        if (slot.state() == UpdateState.ACTIVE || serves == null) {
            return; // one on probation is activated by its own step
        }
        if (slot.loads() >= MAX_STARTS) {
            giveUp(slot, serves, crashLoop(serves, slot.loads() + 1, "being loaded"), false);
            return;
        }
        book.put(slot.withLoads(slot.loads() + 1));
        UpdateFailure failure = activate(slot.slot(), serves);
        if (failure == null) {
            book.put(slot.withLoads(0));
        } else {
            boolean damaged = failure.error().code().origin() == ErrorCode.Origin.ARTIFACT;
            giveUp(slot, serves, failure.error(), damaged);
        }
    }

    private @Nullable UpdateFailure activate(String slot, Assignment assignment) {
        try {
            serving.activate(slot, assignment);
            return null;
        } catch (UpdateFailure e) {
            return e;
        }
    }

    /** Goes back to the variant before, if there is one; fetches a damaged one anew. */
    private void giveUp(SlotRecord slot, Assignment lost, UpdateError error, boolean fetchAgain) {
        LOG.log(Level.ERROR, "slot={0}: the committed variant cannot serve: {1}", slot.slot(), error.message());
        if (!slot.state().isResting()) {
            serveWithout(slot, error);
            return;
        }
        Attempt why = Attempt.begin(lost, clock.instant()).failed(error);
        SlotRecord without = slot.loseCommitted(why, fetchAgain, clock.instant());
        book.put(without);
        serve(without);
    }

    /** An update is under way: it goes on, and nothing serves until it is done. */
    private void serveWithout(SlotRecord slot, UpdateError error) {
        LOG.log(Level.WARNING, "slot={0}: nothing serves until the update is done: {1}", slot.slot(), error.code());
        book.put(slot.withoutCommitted());
    }
}

package io.fleetfit.rollout;

import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.DeviceUpdate.Act;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.Progress.Phase;
import io.fleetfit.rollout.Progress.WaveFigures;
import io.fleetfit.rollout.plan.Reaction;
import java.time.Instant;
import java.util.List;

/** What people order: pure functions like the steps, each of which refuses what the rollout's state does not allow. */
final class Orders {
    private Orders() {}

    /** Asks no more devices; what is under way goes on. */
    static Step pause(RolloutState state, String reason, Instant now) {
        Books books = new Books(state, now);
        switch (state.rollout().state()) {
            case WAITING, RUNNING -> {
                books.rollout = books.rollout.to(Rollout.State.PAUSED, reason, now);
                books.note("pause", reason);
            }
            case PAUSED, SUCCEEDED, FAILED, ABORTING, ABORTED ->
                throw conflict(state, "only a rollout that runs can be paused", "see: fleetfit rollout status");
        }
        return books.close();
    }

    /** Goes on; failures seen so far do not count any more. */
    static Step resume(RolloutState state, String reason, Instant now) {
        Books books = new Books(state, now);
        if (state.rollout().state() != Rollout.State.PAUSED) {
            throw conflict(state, "only a paused rollout can be resumed", "see: fleetfit rollout status");
        }
        boolean begun = books.phase == Phase.STAGING || books.waveHasBegun();
        books.rollout = books.rollout.to(begun ? Rollout.State.RUNNING : Rollout.State.WAITING, null, now);
        books.acknowledge();
        if (books.phase == Phase.HELD) {
            books.enter(Phase.ROLLING);
        }
        books.note("resume", reason + acknowledged(state));
        return books.close();
    }

    private static String acknowledged(RolloutState state) {
        long failed = state.progress().count(State.FAILED);
        return failed == 0 ? "" : "; " + failed + (failed == 1 ? " failure" : " failures") + " acknowledged";
    }

    /** Goes on where the rollout waits for somebody, or where a wave stays undecided. */
    static Step promote(RolloutState state, String reason, Instant now) {
        Books books = new Books(state, now);
        Phase phase = books.phase;
        if (state.rollout().state() != Rollout.State.RUNNING || phase == Phase.ROLLING || phase == Phase.MOVING) {
            throw conflict(
                    state,
                    "nothing waits for a promotion",
                    state.rollout().state() == Rollout.State.PAUSED
                            ? "resume it first: fleetfit rollout resume "
                                    + state.rollout().id()
                            : "see: fleetfit rollout status " + state.rollout().id());
        }
        books.note("promote", reason);
        if (phase == Phase.HELD) {
            WaveFigures old = books.figures();
            books.setFigures(new WaveFigures(
                    old.asked(), old.succeeded(), old.failed(), old.activated(), old.startedAt(), old.newest(), now));
            RolloutPlanner.next(books);
        } else {
            RolloutPlanner.roll(books);
        }
        return books.close();
    }

    /** Ends it. */
    static Step abort(RolloutState state, AbortMode mode, String reason, Instant now) {
        Books books = new Books(state, now);
        boolean possible =
                switch (state.rollout().state()) {
                    case WAITING, RUNNING, PAUSED -> true;
                    case SUCCEEDED -> mode == AbortMode.REVERT;
                    case FAILED, ABORTING, ABORTED -> false;
                };
        if (!possible) {
            throw conflict(
                    state,
                    "only a running rollout can be aborted",
                    "start a rollout of the version that the devices shall run instead");
        }
        RolloutPlanner.abort(
                books, mode == AbortMode.REVERT ? Reaction.REVERT : Reaction.KEEP, Rollout.State.ABORTED, reason);
        return books.close();
    }

    /** Asks devices again that failed. */
    static Step retry(RolloutState state, List<DeviceUpdate> failed, String reason, Instant now) {
        Books books = new Books(state, now);
        boolean possible =
                switch (state.rollout().state()) {
                    case RUNNING, PAUSED -> true;
                    case SUCCEEDED, FAILED -> state.progress().ending() == null;
                    case WAITING, ABORTING, ABORTED -> false;
                };
        if (!possible) {
            throw conflict(
                    state,
                    "its devices cannot be asked again",
                    "start a new rollout: fleetfit rollout start "
                            + state.rollout().deployment());
        }
        for (DeviceUpdate update : failed) {
            if (update.state() == State.FAILED) {
                books.put(
                        update,
                        update.with(update.watch().again())
                                .with((UpdateError) null)
                                .inWave(0)
                                .to(State.PENDING, Act.NONE, now));
            }
        }
        if (state.rollout().state().isEnded()) {
            books.wave = books.terms.waves() - 1;
            books.rollout = books.rollout.to(Rollout.State.RUNNING, null, now);
        }
        books.enter(books.phase == Phase.HELD ? Phase.ROLLING : books.phase);
        books.note("retry", reason + ": " + failed.size() + (failed.size() == 1 ? " device" : " devices"));
        return books.close();
    }

    /** Takes a device in that came after the start, with the variants that fit it. */
    static Step join(RolloutState state, DeviceUpdate joined, List<VariantRef> ranking, Instant now) {
        Books books = new Books(state, now);
        books.add(joined.with(joined.place().later()));
        Step step = books.close();
        RolloutState after = step.state();
        Terms terms = after.terms().joinedBy(joined.place().zone(), ranking);
        return new Step(new RolloutState(after.rollout(), terms, after.progress(), after.revision()), step.commands());
    }

    private static Conflict conflict(RolloutState state, String what, String remedy) {
        return new Conflict(
                what, "rollout", state.rollout().id() + " (" + state.rollout().state() + ")", remedy);
    }
}

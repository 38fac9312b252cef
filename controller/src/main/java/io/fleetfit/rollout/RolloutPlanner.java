package io.fleetfit.rollout;

import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.Progress.Phase;
import io.fleetfit.rollout.Progress.WaveFigures;
import io.fleetfit.rollout.gate.Evidence;
import io.fleetfit.rollout.gate.GateVerdict;
import io.fleetfit.rollout.gate.Tally;
import io.fleetfit.rollout.plan.PreStage;
import io.fleetfit.rollout.plan.Reaction;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules of a rollout: pure functions from what is known and what was seen to what is known next and what to do. A step
 * is about the devices that something happened to, never about all of them; everything else is in the figures of
 * {@link Progress}.
 */
public final class RolloutPlanner {
    private final RolloutState state;
    private final Observations seen;
    private final Books books;
    private final Sightings sightings;

    private RolloutPlanner(RolloutState state, Observations seen, Duration patience, Instant now) {
        this.state = state;
        this.seen = seen;
        this.books = new Books(state, now);
        this.sightings = new Sightings(books, patience);
    }

    /** What a step at this time would like to see of the devices that it may ask. */
    public static Wants wants(RolloutState state, Instant now) {
        return Admission.wants(state, now);
    }

    /**
     * One step.
     *
     * @param state as it is stored
     * @param seen what was seen since; its candidates are what {@link #wants} asked for
     * @param patience how long a device that was asked may take, for the words of the failure
     * @param now time of the step
     */
    public static Step step(RolloutState state, Observations seen, Duration patience, Instant now) {
        RolloutPlanner planner = new RolloutPlanner(state, seen, patience, now);
        planner.observe();
        planner.act();
        return planner.books.close();
    }

    /** Whether devices that join the deployment follow the rollout: it runs, or it ended by itself. */
    public static boolean isFollowed(RolloutState state) {
        return switch (state.rollout().state()) {
            case WAITING, RUNNING, PAUSED -> true;
            case SUCCEEDED, FAILED -> state.progress().ending() == null;
            case ABORTING, ABORTED -> false;
        };
    }

    private void observe() {
        seen.gone().forEach(sightings::gone);
        seen.sightings().forEach(sightings::sighted);
        seen.overdue().forEach(sightings::overdue);
        seen.silent().forEach(sightings::silent);
        seen.measured().forEach(sightings::measured);
        seen.soaked().forEach(sightings::soaked);
        if (!seen.control().isEmpty()) {
            Map<String, Tally> control = new HashMap<>(books.control);
            seen.control().forEach((gate, tally) -> control.put(Integer.toString(gate), tally));
            books.control = Map.copyOf(control);
        }
    }

    private void act() {
        switch (state.rollout().state()) {
            case WAITING -> await();
            case RUNNING -> run();
            case PAUSED -> watchWhilePaused();
            case ABORTING -> end();
            case SUCCEEDED, FAILED, ABORTED -> follow();
        }
    }

    private void await() {
        RolloutPlan plan = books.terms.plan();
        Instant at = plan.starting().at();
        if (at != null && books.now.isBefore(at)) {
            waitFor("begins at " + at);
        } else if (seen.waitsFor() != null) {
            waitFor(seen.waitsFor());
        } else {
            books.to(Rollout.State.RUNNING, null);
            books.note("begin", "nothing is left to wait for");
            if (plan.preStage() != null) {
                books.enter(Phase.STAGING);
            } else {
                beginWave(books);
            }
        }
    }

    private void waitFor(String reason) {
        if (!reason.equals(books.rollout.reason())) {
            books.to(Rollout.State.WAITING, reason);
        }
    }

    private static void beginWave(Books books) {
        boolean first = books.wave == 0
                && Boolean.TRUE.equals(books.terms.plan().starting().approval());
        if (first || books.terms.plan().allWaves().get(books.wave).needsApproval()) {
            hold(
                    books,
                    Phase.APPROVAL,
                    "wave " + (books.wave + 1) + " waits for an approval: fleetfit rollout promote "
                            + books.rollout.id());
        } else {
            roll(books);
        }
    }

    private static void hold(Books books, Phase phase, String reason) {
        books.enter(phase);
        if (!reason.equals(books.rollout.reason())) {
            books.to(Rollout.State.RUNNING, reason);
            books.note("hold", reason);
        }
    }

    /** Begins to ask the devices of the wave. */
    static void roll(Books books) {
        books.enter(Phase.ROLLING);
        books.to(Rollout.State.RUNNING, null);
        WaveFigures old = books.figures();
        if (old.startedAt() == null) {
            books.setFigures(new WaveFigures(
                    old.asked(), old.succeeded(), old.failed(), old.activated(), books.now, old.newest(), null));
            books.note("wave", "wave " + (books.wave + 1) + " of " + books.terms.waves() + " begins");
        }
    }

    private void run() {
        switch (books.phase) {
            case APPROVAL -> {}
            case STAGING -> stage();
            case MOVING -> {
                if (!failing(false)) {
                    Admission.move(books, sightings, seen.candidates());
                    if (seen.candidates().isEmpty()) {
                        books.enter(Phase.ROLLING);
                    }
                }
            }
            case ROLLING, HELD -> rollOn();
        }
    }

    private void stage() {
        PreStage rule = books.terms.plan().preStage();
        Instant at = rule == null ? null : rule.activateAt();
        boolean staged = isExhausted() && books.count(State.STAGING) == 0;
        if (at != null && !books.now.isBefore(at)) {
            books.note("activate", "the time to activate has come");
            beginWave(books);
        } else if (staged && at == null) {
            String reason =
                    "all devices have downloaded; activate them: fleetfit rollout promote " + books.rollout.id();
            hold(books, Phase.STAGING, reason);
        } else {
            Admission.admit(books, seen.candidates(), true);
        }
    }

    /** Whether nobody is left to be asked, windows and groups not to blame. */
    private boolean isExhausted() {
        Wants wants = Admission.wants(state, books.now);
        boolean spent = wants.limit() == 0
                && books.phase != Phase.STAGING
                && books.wave < books.terms.waves()
                && !books.terms.isLast(books.wave)
                && books.exposed() >= books.terms.quotas().get(books.wave);
        return spent || (wants.limit() > 0 && seen.candidates().isEmpty() && !seen.others());
    }

    private void rollOn() {
        boolean held = books.phase == Phase.HELD;
        boolean over = (held || isExhausted())
                && books.inFlight() == books.count(State.STAGING)
                && books.figures().activated() == 0;
        if (failing(over)) {
            return;
        }
        if (!over) {
            Admission.admit(books, seen.candidates(), false);
            return;
        }
        WaveGates gates = new WaveGates(books, true);
        gates.decide(Map.of());
        if (books.terms.plan().allGates().isEmpty() || allPass()) {
            pass("every gate passes");
        } else {
            undecided(gates.undecided());
        }
    }

    private boolean allPass() {
        return books.evidence.stream()
                .filter(it -> it.scope() == null)
                .allMatch(it -> it.verdict() == GateVerdict.PASS);
    }

    /** Decides the gates and reacts to those that fail; whether one did. */
    private boolean failing(boolean over) {
        WaveGates gates = new WaveGates(books, over);
        gates.decide(seen.queries());
        Optional<Evidence> failure = gates.failure();
        Set<VariantRef> culprits = left() > 1 ? gates.culprits(failure) : Set.of();
        if (!culprits.isEmpty() && culprits.size() < left()) {
            giveUp(gates, culprits);
            return true;
        }
        if (failure.isEmpty() && culprits.isEmpty()) {
            return false;
        }
        String why = failure.map(it -> "gate " + it.gate() + " failed: " + it.detail())
                .orElseGet(() ->
                        "every variant fails; " + gates.why(culprits.iterator().next()));
        react(books.terms.plan().reacting().failure(), why);
        return true;
    }

    private void giveUp(WaveGates gates, Set<VariantRef> culprits) {
        for (VariantRef variant : culprits) {
            books.givenUp().add(variant);
            books.note(
                    "give-up",
                    variant + " is given up, its devices go to the next best variant; " + gates.why(variant));
        }
        books.enter(Phase.MOVING);
    }

    private int left() {
        return books.terms.variants().size() - books.givenUp().size();
    }

    private void undecided(String why) {
        String reason = "wave " + (books.wave + 1) + " is undecided: " + why;
        hold(books, Phase.HELD, reason);
        Duration limit = books.terms.plan().reacting().hold().duration();
        if (!books.now.isBefore(books.phaseSince().plus(limit))) {
            react(books.terms.plan().reacting().indecision(), reason);
        }
    }

    private void react(Reaction reaction, String reason) {
        switch (reaction) {
            case PAUSE -> {
                books.to(Rollout.State.PAUSED, reason);
                books.note("pause", reason);
            }
            case KEEP, REVERT -> abort(books, reaction, Rollout.State.FAILED, reason);
            case PROMOTE -> pass("promoted by the plan: " + reason);
        }
    }

    /** Begins the end of a rollout. */
    static void abort(Books books, Reaction reaction, Rollout.State end, String reason) {
        books.ending = reaction;
        books.endState = end;
        books.rollout = books.rollout.to(Rollout.State.ABORTING, reason, books.now);
        books.note(reaction == Reaction.REVERT ? "revert" : "abort", reason);
        if (books.count(State.PENDING) > 0) {
            books.sweep(State.PENDING, State.ABORTED);
        }
    }

    private void pass(String why) {
        WaveFigures old = books.figures();
        books.setFigures(new WaveFigures(
                old.asked(), old.succeeded(), old.failed(), old.activated(), old.startedAt(), old.newest(), books.now));
        books.note("pass", "wave " + (books.wave + 1) + ": " + why);
        next(books);
    }

    /** Goes from a wave that is done to the next, or to the end. */
    static void next(Books books) {
        if (books.terms.isLast(books.wave)) {
            conclude(books);
        } else {
            books.wave++;
            beginWave(books);
        }
    }

    private static void conclude(Books books) {
        long failed = books.count(State.FAILED);
        long all = books.exposed();
        books.wave = books.terms.waves();
        books.enter(Phase.ROLLING);
        if (failed == 0) {
            books.to(Rollout.State.SUCCEEDED, null);
        } else {
            String reason = failed + " of " + Math.max(all, failed) + (all == 1 ? " device" : " devices") + " failed";
            books.to(
                    books.terms.plan().allGates().isEmpty() ? Rollout.State.FAILED : Rollout.State.SUCCEEDED,
                    books.terms.plan().allGates().isEmpty() ? reason : reason + ", which the gates tolerate");
        }
        books.note("end", books.rollout.state().name());
    }

    private void watchWhilePaused() {
        WaveGates gates = new WaveGates(books, false);
        gates.decide(seen.queries());
        Optional<Evidence> failure = gates.failure();
        if (failure.isPresent() && books.terms.plan().reacting().failure() != Reaction.PAUSE) {
            react(
                    books.terms.plan().reacting().failure(),
                    "gate " + failure.get().gate() + " failed: " + failure.get().detail());
        }
    }

    private void end() {
        Admission.takeBack(books, seen.candidates());
        Wants wants = Admission.wants(state, books.now);
        if (wants.limit() > 0 && seen.candidates().isEmpty() && books.inFlight() == 0) {
            Rollout.State end = books.endState == null ? Rollout.State.ABORTED : books.endState;
            books.to(end, books.rollout.reason());
            books.note("end", end.name());
        }
    }

    /** Devices that joined after the end come one page after the other, and stop coming when they fail. */
    private void follow() {
        if (!isFollowed(state)) {
            return;
        }
        if (books.figures().asked() == 0) {
            Admission.admit(books, seen.candidates(), false); // nobody to judge, so the newest verdicts stand
            return;
        }
        WaveGates gates = new WaveGates(books, false);
        gates.decide(seen.queries());
        Optional<Evidence> failure = gates.failure();
        if (failure.isPresent()) {
            String reason = "devices that joined later fail: " + failure.get().detail();
            abort(books, Reaction.KEEP, Rollout.State.FAILED, reason);
        } else {
            Admission.admit(books, seen.candidates(), false);
        }
    }
}

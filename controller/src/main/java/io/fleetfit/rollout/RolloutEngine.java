package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.Budget;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.gate.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps rollouts: gathers what was seen, lets the {@link RolloutPlanner} say what follows, stores that, and only then acts.
 * Everything that acts can be done twice, and what is still to be done stands in the store, so that a controller that is
 * killed anywhere goes on where it was. A rollout is stepped by the controller that holds its claim; a change made from an
 * outdated revision is not stored, so two controllers that both believe to hold it do no harm.
 *
 * <p>{@link #step} is for one thread; {@link #order} is for any.
 */
public final class RolloutEngine {
    private static final Logger LOG = LoggerFactory.getLogger(RolloutEngine.class);
    private static final int PAGE = 500;
    private static final int TRIES = 20;

    private final RolloutParts parts;
    private final String owner;
    private final Duration lease;
    private final Observer observer;
    private final Map<String, List<DeviceUpdate>> gone = new HashMap<>();
    private final Map<String, Instant> claims = new HashMap<>();

    /**
     * An engine.
     *
     * @param owner names this controller among those that share the store
     * @param lease how long a claim holds without being renewed
     * @param patience how long a device that was asked may take before it counts as failed
     */
    public RolloutEngine(RolloutParts parts, String owner, Duration lease, Duration patience) {
        this.parts = parts;
        this.owner = owner;
        this.lease = lease;
        this.observer = new Observer(parts, patience);
    }

    /**
     * One step of a rollout, if this controller may make it.
     *
     * @return whether something changed, so that another step may find more to do at once
     */
    public boolean step(String id) {
        Instant now = parts.clock().instant();
        if (!claim(id)) {
            return false;
        }
        boolean acted = act(id);
        Optional<RolloutState> found = parts.rollouts().state(id);
        if (found.isEmpty()) {
            return acted;
        }
        RolloutState before = found.get();
        Observer.Gathered gathered = observer.gather(before, gone.getOrDefault(id, List.of()), now);
        Step step = RolloutPlanner.step(before, gathered.seen(), observer.patience(before), now);
        boolean same = step.commands().isEmpty() && step.state().equals(before);
        if (same && gathered.taken().isEmpty()) {
            return acted;
        }
        if (!save(before, step, AuditEntry.CONTROLLER, Map.of(), gathered.taken(), now)) {
            return true; // somebody ordered something meanwhile
        }
        gone.remove(id);
        emit(before, step);
        act(id);
        return acted || !step.commands().isEmpty() || !gathered.taken().isEmpty();
    }

    /** Whether this controller may step the rollout; renews its claim when half of the lease is over. */
    public boolean claim(String id) {
        Instant now = parts.clock().instant();
        Instant until = claims.get(id);
        if (until != null && now.isBefore(until.minus(lease.dividedBy(2)))) {
            return true;
        }
        boolean mine = parts.rollouts().claim(id, owner, now, now.plus(lease));
        if (mine) {
            claims.put(id, now.plus(lease));
        } else {
            claims.remove(id);
        }
        return mine;
    }

    /** Lets others have what this controller claimed. */
    void release() {
        Instant now = parts.clock().instant();
        for (String id : claims.keySet()) {
            boolean unused = parts.rollouts().claim(id, owner, now, now);
        }
        claims.clear();
    }

    /** The first step of a rollout, so that whoever started it sees at once whether it waits. For any thread. */
    RolloutState begin(String id) {
        return order(
                id,
                AuditEntry.CONTROLLER,
                Map.of(),
                state -> RolloutPlanner.step(
                        state,
                        observer.beforeStart(state),
                        observer.patience(state),
                        parts.clock().instant()));
    }

    /**
     * Lets somebody change a rollout; tried again when a step came in between.
     *
     * @param joined devices that the order takes in, with their decisions
     * @param order pure; its refusals pass through
     * @throws NotFound if there is no such rollout
     */
    public RolloutState order(
            String id, String who, Map<DeviceUpdate, FitDecision> joined, Function<RolloutState, Step> order) {
        for (int i = 0; i < TRIES; i++) {
            RolloutState before = parts.rollouts()
                    .state(id)
                    .orElseThrow(() -> new NotFound("rollout", id, "fleetfit rollout status without an id lists them"));
            Step step = order.apply(before);
            if (save(before, step, who, joined, List.of(), parts.clock().instant())) {
                emit(before, step);
                return step.state();
            }
        }
        throw new IllegalStateException("the rollout " + id + " changes faster than it can be ordered to");
    }

    private boolean save(
            RolloutState before,
            Step step,
            String who,
            Map<DeviceUpdate, FitDecision> joined,
            List<Long> taken,
            Instant now) {
        Map<String, FitDecision> arriving = new HashMap<>();
        Map<DeviceUpdate, FitDecision> arrivals = new HashMap<>();
        joined.forEach((update, decision) -> arriving.put(update.deviceId(), decision));
        List<DeviceUpdate> updates = new ArrayList<>();
        List<Step.Sweep> sweeps = new ArrayList<>();
        List<AuditEntry> audit = new ArrayList<>();
        for (Step.Command command : step.commands()) {
            if (command instanceof Step.Put put) {
                FitDecision decision = arriving.get(put.update().deviceId());
                if (decision == null) {
                    updates.add(put.update());
                } else {
                    arrivals.put(put.update(), decision);
                }
            } else if (command instanceof Step.Sweep sweep) {
                sweeps.add(sweep);
            } else if (command instanceof Step.Note note) {
                audit.add(entry(step.state(), who, note, now));
            }
        }
        boolean terms = !step.state().terms().equals(before.terms());
        return parts.rollouts()
                .save(new RolloutStore.Change(step.state(), terms, updates, arrivals, sweeps, audit, taken));
    }

    private static AuditEntry entry(RolloutState state, String who, Step.Note note, Instant now) {
        List<Evidence> evidence =
                switch (note.action()) {
                    case "pass", "give-up", "hold", "pause", "revert", "abort", "promote", "resume" ->
                        state.progress().evidence();
                    default -> List.of();
                };
        Rollout rollout = state.rollout();
        return new AuditEntry(0, now, rollout.deployment(), rollout.id(), who, note.action(), note.reason(), evidence);
    }

    /** Tells devices what the store says is still to be told; whether there was anything. */
    private boolean act(String id) {
        List<DeviceUpdate> due = parts.rollouts().due(id, PAGE);
        Optional<RolloutState> state =
                due.isEmpty() ? Optional.empty() : parts.rollouts().state(id);
        if (state.isEmpty()) {
            return false;
        }
        SortedMap<String, UnaryOperator<List<SlotTarget>>> changes = new TreeMap<>();
        Map<String, DeviceUpdate> byDevice = new HashMap<>();
        for (DeviceUpdate update : due) {
            byDevice.put(update.deviceId(), update);
            changes.put(update.deviceId(), targets -> changed(state.get(), update, targets));
        }
        List<DeviceUpdate> told = new ArrayList<>();
        for (DeviceTwin twin : parts.fleet().updateAllTargets(changes)) {
            publish(twin);
            DeviceUpdate update = byDevice.remove(twin.deviceId());
            if (update != null) {
                told.add(update.told(twin.generation()));
            }
        }
        parts.rollouts().told(told);
        if (!byDevice.isEmpty()) {
            gone.put(id, List.copyOf(byDevice.values()));
        }
        return !told.isEmpty();
    }

    private static List<SlotTarget> changed(RolloutState state, DeviceUpdate update, List<SlotTarget> targets) {
        String slot = state.terms().slot();
        List<SlotTarget> changed = new ArrayList<>(targets);
        changed.removeIf(old -> old.slot().equals(slot));
        SlotTarget target = target(state, update);
        if (target != null) {
            changed.add(target);
        }
        return changed;
    }

    private static @Nullable SlotTarget target(RolloutState state, DeviceUpdate update) {
        boolean restores = update.act() == DeviceUpdate.Act.RESTORE;
        VariantRef variant = restores ? update.previous() : update.variant();
        if (variant == null) {
            return null;
        }
        int attempts = update.watch().attempts();
        return new SlotTarget(
                state.terms().slot(),
                variant,
                restores
                        ? Budget.none()
                        : new Budget(
                                state.terms().policy().maxP95Millis(),
                                state.terms().policy().maxMemoryBytes()),
                state.rollout().deployment(),
                restores ? null : update.rollout(),
                update.act() == DeviceUpdate.Act.STAGE ? Boolean.TRUE : null,
                attempts == 0 ? null : attempts);
    }

    private void publish(DeviceTwin twin) {
        try {
            parts.desired().publish(twin);
        } catch (RuntimeException e) {
            LOG.error("cannot send {} what it shall run", twin.deviceId(), e);
        }
    }

    private void emit(RolloutState before, Step step) {
        Rollout rollout = step.state().rollout();
        for (Step.Command command : step.commands()) {
            if (command instanceof Step.Put put) {
                DeviceUpdate update = put.update();
                parts.sink()
                        .emit(
                                "rollout.device",
                                Map.of(
                                        "rollout", rollout.id(),
                                        "device", update.deviceId(),
                                        "state", update.state().name()));
            }
        }
        if (!rollout.equals(before.rollout())
                || step.state().progress().wave() != before.progress().wave()
                || step.state().progress().phase() != before.progress().phase()) {
            parts.sink()
                    .emit(
                            "rollout.updated",
                            Map.of(
                                    "rollout", rollout.id(),
                                    "state", rollout.state().name(),
                                    "wave", step.state().progress().wave(),
                                    "phase", step.state().progress().phase().name()));
        }
    }
}

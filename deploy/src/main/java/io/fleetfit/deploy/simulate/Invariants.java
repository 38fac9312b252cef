package io.fleetfit.deploy.simulate;

import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.Progress;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutState;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What must hold after every event, and at the end. That no unverified file serves is checked where files are served. */
final class Invariants {
    private final SimWorld world;
    private final Map<String, Long> desired = new HashMap<>();
    private final Map<String, Long> taken = new HashMap<>();
    private final Map<String, Set<String>> askedAtAbort = new HashMap<>();

    Invariants(SimWorld world) {
        this.world = world;
    }

    void afterEvent() {
        for (SimDevice device : world.devices.values()) {
            grows(desired, device.id, world.fleet.twin(device.id).generation(), "the desired generation");
            if (device.isUp()) {
                grows(taken, device.id, device.generation(), "the generation that was taken up");
            }
            oneThingASlot(world.fleet.twin(device.id));
        }
        for (RolloutState state : world.rollouts.states(Optional.empty(), Integer.MAX_VALUE)) {
            rollout(state);
        }
    }

    private static void grows(Map<String, Long> known, String device, long now, String what) {
        Long before = known.put(device, now);
        if (before != null && now < before) {
            throw new Violation(what + " of " + device + " went from " + before + " to " + now);
        }
    }

    private static void oneThingASlot(DeviceTwin twin) {
        Set<String> slots = new HashSet<>();
        for (SlotTarget target : twin.targets()) {
            if (!slots.add(target.slot())) {
                throw new Violation(twin.deviceId() + " is asked for two things in slot " + target.slot());
            }
        }
    }

    private void rollout(RolloutState state) {
        List<DeviceUpdate> updates = world.rollouts.updates(state.rollout().id(), null, null, Integer.MAX_VALUE);
        counted(state, updates);
        exposed(state, updates);
        nothingNewAfterAbort(state, updates);
    }

    /** The figures are the sums over the devices. */
    private static void counted(RolloutState state, List<DeviceUpdate> updates) {
        Map<State, Long> counts = new EnumMap<>(State.class);
        updates.forEach(it -> counts.merge(it.state(), 1L, Long::sum));
        if (!counts.equals(state.progress().counts())) {
            throw new Violation("the figures say " + state.progress().counts() + ", the devices are " + counts);
        }
    }

    /** No more devices are asked to run the new version than the wave allows. */
    private void exposed(RolloutState state, List<DeviceUpdate> updates) {
        Progress progress = state.progress();
        if (progress.wave() >= state.terms().waves() - 1) {
            return;
        }
        long quota = state.terms().quotas().get(progress.wave());
        long targeted = updates.stream()
                .filter(it -> world.fleet.twin(it.deviceId()).targets().stream()
                        .anyMatch(target -> state.rollout().id().equals(target.rollout())
                                && !Boolean.TRUE.equals(target.stageOnly())))
                .count();
        if (targeted > quota) {
            throw new Violation(
                    "wave " + (progress.wave() + 1) + " of " + state.rollout().id() + " allows " + quota + " devices, "
                            + targeted + " are asked to run the new version");
        }
    }

    /** Devices that were not at work when the end began are never asked afterwards. */
    private void nothingNewAfterAbort(RolloutState state, List<DeviceUpdate> updates) {
        boolean ending = state.rollout().state() == Rollout.State.ABORTING
                || state.rollout().state() == Rollout.State.ABORTED
                || state.progress().ending() != null;
        if (!ending) {
            return;
        }
        Set<String> asked = new HashSet<>();
        for (DeviceUpdate update : updates) {
            boolean asks = update.act() == DeviceUpdate.Act.ACTIVATE || update.act() == DeviceUpdate.Act.STAGE;
            if (asks || update.state() == State.UPDATING || update.state() == State.STAGING) {
                asked.add(update.deviceId());
            }
        }
        Set<String> before = askedAtAbort.putIfAbsent(state.rollout().id(), asked);
        if (before != null && !before.containsAll(asked)) {
            asked.removeAll(before);
            throw new Violation(state.rollout().id() + " ends, and yet asks " + asked);
        }
    }

    /** Whether every rollout has ended and no device is at work. */
    boolean rest() {
        return world.rollouts.states(Optional.empty(), Integer.MAX_VALUE).stream()
                .allMatch(state -> state.rollout().state().isEnded()
                        && world.rollouts.updates(state.rollout().id(), null, null, Integer.MAX_VALUE).stream()
                                .allMatch(it -> it.state().isEnded() && !it.isDue()));
    }

    /** The faults are over for long: the rollouts rest, and the fleet is what they say. */
    void atEnd() {
        for (RolloutState state : world.rollouts.states(Optional.empty(), Integer.MAX_VALUE)) {
            rests(state);
            for (DeviceUpdate update : world.rollouts.updates(state.rollout().id(), null, null, Integer.MAX_VALUE)) {
                known(state, update);
            }
        }
        for (SimDevice device : world.devices.values()) {
            converged(device);
        }
    }

    private static void rests(RolloutState state) {
        Progress.Phase phase = state.progress().phase();
        boolean waitsForSomebody =
                phase == Progress.Phase.HELD || phase == Progress.Phase.APPROVAL || phase == Progress.Phase.STAGING;
        boolean waits = state.rollout().state() == Rollout.State.PAUSED
                || (state.rollout().state() == Rollout.State.RUNNING && waitsForSomebody);
        if (!state.rollout().state().isEnded() && !waits) {
            throw new Violation(
                    state.rollout().id() + " does not come to rest: " + state.rollout() + ", " + state.progress());
        }
    }

    private static void known(RolloutState state, DeviceUpdate update) {
        boolean waits = !state.rollout().state().isEnded()
                && (update.state() == State.PENDING || update.state() == State.STAGED);
        if ((!update.state().isEnded() && !waits) || update.isDue()) {
            throw new Violation(update.deviceId() + " is in no known state: " + update + " in " + state.rollout());
        }
    }

    /** What a device serves is what it shall serve, unless it said why not. */
    private void converged(SimDevice device) {
        DeviceTwin twin = world.fleet.twin(device.id);
        if (!device.isUp() || device.nature.liar() || twin.generation() == 0) {
            return;
        }
        if (device.generation() != twin.generation()) {
            throw new Violation(
                    device.id + " is at generation " + device.generation() + ", it shall be at " + twin.generation());
        }
        for (SlotTarget target : twin.targets()) {
            boolean serves = target.variant().toString().equals(device.runtime.serving.get(target.slot()));
            boolean excused = Boolean.TRUE.equals(target.stageOnly())
                    || device.report().slots().stream()
                            .anyMatch(it -> it.slot().equals(target.slot()) && it.error() != null);
            if (!serves && !excused) {
                throw new Violation(device.id + " shall serve " + target.variant() + " and serves "
                        + device.runtime.serving + ": " + device.report());
            }
        }
    }
}

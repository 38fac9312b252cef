package io.fleetfit.rollout;

import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.Progress.WaveFigures;
import io.fleetfit.rollout.Rollout.State;
import io.fleetfit.rollout.gate.Evidence;
import io.fleetfit.rollout.gate.Tally;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.Reaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The books of one step: every change of a device is entered here, and all figures follow from the entries, so that they
 * are at any time the sums over the stored devices. For one thread.
 */
final class Books {
    private final RolloutState before;
    private final Map<String, DeviceUpdate> latest = new LinkedHashMap<>();
    private final List<Step.Command> notes = new ArrayList<>();
    private final Map<DeviceUpdate.State, Long> counts = new EnumMap<>(DeviceUpdate.State.class);
    private final List<WaveFigures> waves;
    private final Map<String, Tally> tallies;
    private final Map<String, Integer> groups;
    private final Map<ErrorCode, Long> failures = new EnumMap<>(ErrorCode.class);
    private final Set<VariantRef> givenUp;

    final Terms terms;
    final Instant now;
    Rollout rollout;
    int wave;
    Progress.Phase phase;
    Progress.Bucket rate;
    Progress.Bucket bytes;
    Map<String, Tally> acknowledged;
    Map<String, Tally> control;
    List<Evidence> evidence;

    @Nullable
    Reaction ending;

    @Nullable
    State endState;

    private Instant phaseSince;

    Books(RolloutState state, Instant now) {
        this.before = state;
        this.now = now;
        this.terms = state.terms();
        this.rollout = state.rollout();
        Progress progress = state.progress();
        this.wave = progress.wave();
        this.phase = progress.phase();
        this.phaseSince = progress.phaseSince();
        this.counts.putAll(progress.counts());
        this.waves = new ArrayList<>(progress.waves());
        this.tallies = new HashMap<>(progress.tallies());
        this.acknowledged = progress.acknowledged();
        this.control = progress.control();
        this.givenUp = new HashSet<>(progress.givenUp());
        this.rate = progress.rate();
        this.bytes = progress.bytes();
        this.groups = new HashMap<>(progress.groups());
        this.failures.putAll(progress.failures());
        this.evidence = progress.evidence();
        this.ending = progress.ending();
        this.endState = progress.endState();
    }

    /** The newest form of a device within this step. */
    DeviceUpdate newest(DeviceUpdate stored) {
        return latest.getOrDefault(stored.deviceId(), stored);
    }

    /** Enters a change of a device. */
    void put(DeviceUpdate from, DeviceUpdate to) {
        if (!from.equals(to)) {
            count(from, -1);
            count(to, 1);
            latest.put(to.deviceId(), to);
        }
    }

    /** Enters a device that was not in the rollout. */
    void add(DeviceUpdate joined) {
        count(joined, 1);
        latest.put(joined.deviceId(), joined);
    }

    private void count(DeviceUpdate update, int sign) {
        counts.merge(update.state(), (long) sign, Long::sum);
        if (update.state().isInFlight() && !update.place().group().isEmpty()) {
            groups.merge(update.place().group(), sign, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
        }
        if (update.state() == DeviceUpdate.State.FAILED && update.error() != null) {
            failures.merge(update.error().code(), (long) sign, Long::sum);
        }
        if (Counting.isExposed(update)) {
            countWave(update, sign);
            Counting.of(update, terms.plan().allGates())
                    .forEach((gate, tally) -> tally(key(update.wave(), gate, update.variant()), tally, sign));
        }
    }

    private void countWave(DeviceUpdate update, int sign) {
        int number = update.wave();
        WaveFigures old = waves.get(number);
        Instant active = update.watch().activeAt();
        boolean watched = active != null && !update.watch().settled() && update.state() != DeviceUpdate.State.FAILED;
        Instant newest = old.newest();
        if (sign > 0 && active != null && (newest == null || active.isAfter(newest))) {
            newest = active;
        }
        waves.set(
                number,
                new WaveFigures(
                        old.asked() + sign,
                        old.succeeded() + (update.state() == DeviceUpdate.State.SUCCEEDED ? sign : 0),
                        old.failed() + (update.state() == DeviceUpdate.State.FAILED ? sign : 0),
                        old.activated() + (watched ? sign : 0),
                        old.startedAt(),
                        newest,
                        old.endedAt()));
    }

    private void tally(String key, Tally more, int sign) {
        tallies.merge(
                key,
                Tally.NONE.plus(sign * more.samples(), sign * more.decided(), sign * more.bad()),
                (a, b) -> a.plus(b));
    }

    /** Where the books keep what a gate counted in a wave of a variant. */
    static String key(int wave, int gate, @Nullable VariantRef variant) {
        return wave + "/" + gate + "/" + (variant == null ? "" : variant.variant());
    }

    /** A device failed with a variant and goes on with another: it stays counted against the first. */
    void blame(DeviceUpdate failed, VariantRef variant) {
        for (int i = 0; i < terms.plan().allGates().size(); i++) {
            if (terms.plan().allGates().get(i).kind() == GateRule.Kind.FAILURES) {
                tally(key(failed.wave(), i, variant) + "!", new Tally(1, 1, 1), 1);
            }
        }
    }

    /** Devices of the wave counted by the gate; of the variant, or of all that are not given up. */
    Tally tally(int gate, @Nullable VariantRef variant) {
        if (variant != null) {
            String key = key(wave, gate, variant);
            return less(key, tallies.getOrDefault(key, Tally.NONE))
                    .plus(less(key + "!", tallies.getOrDefault(key + "!", Tally.NONE)));
        }
        Tally sum = Tally.NONE;
        for (VariantRef each : terms.variants()) {
            if (!givenUp.contains(each)) {
                String key = key(wave, gate, each);
                sum = sum.plus(less(key, tallies.getOrDefault(key, Tally.NONE)));
            }
        }
        return sum;
    }

    private Tally less(String key, Tally tally) {
        Tally known = acknowledged.getOrDefault(key, Tally.NONE);
        return new Tally(
                Math.max(0, tally.samples() - known.samples()),
                Math.max(0, tally.decided() - known.decided()),
                Math.max(0, Math.min(tally.bad() - known.bad(), tally.samples() - known.samples())));
    }

    /** From now on nothing counts that was counted so far. */
    void acknowledge() {
        acknowledged = Map.copyOf(tallies);
    }

    long count(DeviceUpdate.State state) {
        return counts.getOrDefault(state, 0L);
    }

    /** Devices at work now. */
    long inFlight() {
        long sum = 0;
        for (DeviceUpdate.State state : DeviceUpdate.State.values()) {
            sum += state.isInFlight() ? count(state) : 0;
        }
        return sum;
    }

    /** Devices that were asked to run the new version, in all waves. */
    long exposed() {
        return waves.stream().mapToLong(WaveFigures::asked).sum();
    }

    WaveFigures figures() {
        return waves.get(wave);
    }

    void setFigures(WaveFigures figures) {
        waves.set(wave, figures);
    }

    Set<VariantRef> givenUp() {
        return givenUp;
    }

    int inGroup(String group) {
        return groups.getOrDefault(group, 0);
    }

    /** Groups with at least so many devices at work. */
    Set<String> groupsWith(int least) {
        Set<String> full = new HashSet<>();
        groups.forEach((group, busy) -> {
            if (busy >= least) {
                full.add(group);
            }
        });
        return full;
    }

    /** Devices that run the new version, in all waves. */
    long succeeded() {
        return waves.stream().mapToLong(WaveFigures::succeeded).sum();
    }

    /** The rollout goes to a state with a reason. */
    void to(Rollout.State next, @Nullable String reason) {
        if (next != rollout.state() || !Objects.equals(reason, rollout.reason())) {
            rollout = rollout.to(next, reason, now);
        }
    }

    boolean waveHasBegun() {
        return waves.get(0).startedAt() != null || phase == Progress.Phase.APPROVAL;
    }

    void enter(Progress.Phase next) {
        if (phase != next) {
            phase = next;
            phaseSince = now;
        }
    }

    Instant phaseSince() {
        return phaseSince;
    }

    /** All devices of one state go to another; only for states that no figure but the counts knows. */
    void sweep(DeviceUpdate.State from, DeviceUpdate.State to) {
        notes.add(new Step.Sweep(from, to));
        counts.merge(to, count(from), Long::sum);
        counts.put(from, 0L);
    }

    void note(String action, String reason) {
        notes.add(new Step.Note(action, reason));
    }

    /** What the step comes to. */
    Step close() {
        List<Step.Command> commands = new ArrayList<>();
        latest.values().forEach(update -> commands.add(new Step.Put(update)));
        commands.addAll(notes);
        return new Step(before.with(rollout, progress()), commands);
    }

    private Progress progress() {
        counts.values().removeIf(count -> count == 0);
        failures.values().removeIf(count -> count == 0);
        tallies.values().removeIf(Tally.NONE::equals);
        return new Progress(
                wave,
                phase,
                phaseSince,
                counts,
                waves,
                tallies,
                acknowledged,
                control,
                givenUp,
                rate,
                bytes,
                groups,
                failures,
                evidence,
                ending,
                endState);
    }
}

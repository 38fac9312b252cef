package io.fleetfit.rollout;

import io.fleetfit.fit.Policy;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.Observations.Candidate;
import io.fleetfit.rollout.Observations.Measured;
import io.fleetfit.rollout.Observations.Sighting;
import io.fleetfit.rollout.gate.DeviceFigures;
import io.fleetfit.rollout.gate.Reference;
import io.fleetfit.rollout.gate.Tally;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The planner with devices in a map: what the engine and the store do around it, by hand. */
final class PlannerRig {
    static final Instant BEGIN = Instant.parse("2026-11-24T00:00:00Z");
    static final VariantRef OLD = VariantRef.parse("net@1/fp32");
    static final VariantRef BEST = VariantRef.parse("net@2/fp32");
    static final VariantRef NEXT = VariantRef.parse("net@2/int8");
    static final Duration PATIENCE = Duration.ofMinutes(10);

    final NavigableMap<String, DeviceUpdate> devices = new TreeMap<>();
    final List<String> notes = new ArrayList<>();
    final Map<String, String> owners = new HashMap<>();
    final Set<String> busy = new HashSet<>();
    List<VariantRef> ranking = List.of(BEST, NEXT);
    Map<Integer, Tally> control = Map.of();
    Map<Integer, Double> queries = Map.of();

    @Nullable
    String waitsFor;

    RolloutState state;
    Instant now = BEGIN;
    private long generation;

    PlannerRig(RolloutPlan plan, int count) {
        this(plan, count, "pi");
    }

    PlannerRig(RolloutPlan plan, int count, String... profiles) {
        Stratification order = new Stratification();
        for (int i = 0; i < count; i++) {
            DeviceUpdate update = device("d" + i, profiles[i % profiles.length], "UTC", "");
            devices.put(update.deviceId(), update);
            order.add(update.place().profile(), update.place().order());
        }
        List<Long> quotas = order.quotas(plan.allWaves());
        Rollout head = new Rollout("r-1", "all", "2", Rollout.State.WAITING, null, BEGIN, null);
        Terms terms = new Terms(
                plan,
                Policy.unbounded(),
                "net",
                "net",
                count,
                quotas,
                order.borders(quotas),
                Set.of("UTC", "Asia/Tokyo"),
                Set.of(BEST, NEXT));
        state = new RolloutState(
                head, terms, Progress.begin(quotas.size(), Map.of(State.PENDING, (long) count), BEGIN), 1);
    }

    static DeviceUpdate device(String id, String profile, String zone, String group) {
        return new DeviceUpdate(
                "r-1",
                id,
                new DeviceUpdate.Place(profile, zone, group, Stratification.order(id, "2"), 1_000, "k"),
                0,
                BEST,
                OLD,
                State.PENDING,
                DeviceUpdate.Act.NONE,
                0,
                null,
                DeviceUpdate.Watch.NEW,
                BEGIN);
    }

    /** Steps with nothing seen but the candidates that the planner wants, until nothing changes. */
    void settle() {
        for (int i = 0; i < 100; i++) {
            RolloutState before = state;
            Map<String, DeviceUpdate> devicesBefore = Map.copyOf(devices);
            step(List.of(), List.of(), List.of(), List.of(), List.of());
            if (state.equals(before) && devices.equals(devicesBefore)) {
                return;
            }
        }
        throw new AssertionError("does not settle: " + state);
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    void step(
            List<Sighting> sightings,
            List<DeviceUpdate> overdue,
            List<DeviceUpdate> silent,
            List<Measured> measured,
            List<DeviceUpdate> soaked) {
        Wants wants = RolloutPlanner.wants(state, now);
        List<Candidate> candidates = devices.values().stream()
                .filter(it -> isWanted(it, wants, true))
                .sorted(Comparator.comparing((DeviceUpdate it) -> it.state())
                        .thenComparing(it -> it.place().order()))
                .limit(wants.limit())
                .map(it -> new Candidate(it, ranking, owners.get(it.deviceId()), busy.contains(it.deviceId())))
                .toList();
        boolean others = devices.values().stream().anyMatch(it -> isWanted(it, wants, false));
        Observations seen = new Observations(
                List.of(),
                sightings,
                overdue,
                silent,
                measured,
                soaked,
                candidates,
                candidates.isEmpty() && others && wants.limit() > 0,
                control,
                queries,
                waitsFor);
        take(RolloutPlanner.step(state, seen, PATIENCE, now));
    }

    private static boolean isWanted(DeviceUpdate it, Wants wants, boolean bounded) {
        Long border = wants.borders().get(it.place().profile());
        return wants.states().contains(it.state())
                && (wants.borders().isEmpty() || (border != null && it.place().order() <= border))
                && (wants.variants().isEmpty() || wants.variants().contains(it.variant()))
                && (!bounded || !wants.closed().contains(it.place().zone()))
                && (!bounded || !wants.full().contains(it.place().group()));
    }

    /** Stores what a step or an order came to, and tells devices. */
    void take(Step step) {
        state = step.state();
        for (Step.Command command : step.commands()) {
            if (command instanceof Step.Put put) {
                DeviceUpdate update = put.update();
                devices.put(update.deviceId(), update.isDue() ? update.told(++generation) : update);
            } else if (command instanceof Step.Sweep sweep) {
                devices.replaceAll(
                        (id, it) -> it.state() == sweep.from() ? it.to(sweep.to(), DeviceUpdate.Act.NONE, now) : it);
            } else if (command instanceof Step.Note note) {
                notes.add(note.action());
            }
        }
        Map<State, Long> counts = new EnumMap<>(State.class);
        devices.values().forEach(it -> counts.merge(it.state(), 1L, Long::sum));
        if (!counts.equals(state.progress().counts())) {
            throw new AssertionError("figures " + state.progress().counts() + ", devices " + counts);
        }
    }

    /** The devices report that they are where they shall be, or that they failed. */
    void report(Set<String> failing) {
        List<Sighting> sightings = new ArrayList<>();
        for (DeviceUpdate update : devices.values()) {
            if (update.state().isInFlight()) {
                sightings.add(sighting(update, failing.contains(update.deviceId())));
            }
        }
        step(sightings, List.of(), List.of(), List.of(), List.of());
    }

    Sighting sighting(DeviceUpdate update, boolean fails) {
        if (fails) {
            return report(update, UpdateState.FAILED, UpdateError.of(ErrorCode.RUNTIME_TRIAL, "no"));
        }
        return switch (update.state()) {
            case STAGING -> report(update, UpdateState.STAGED, null);
            case REVERTING ->
                new Sighting(update, update.generation(), slot(update, UpdateState.COMMITTED, OLD, null), ranking);
            default -> report(update, UpdateState.COMMITTED, null);
        };
    }

    Sighting report(DeviceUpdate update, UpdateState reported, @Nullable UpdateError error) {
        return new Sighting(
                update,
                update.generation(),
                slot(update, reported, error == null ? update.variant() : OLD, error),
                ranking);
    }

    private SlotReport slot(
            DeviceUpdate update, UpdateState reported, @Nullable VariantRef active, @Nullable UpdateError error) {
        return new SlotReport(
                "net",
                reported,
                now,
                update.generation(),
                String.valueOf(update.variant()),
                active == null ? null : active.toString(),
                null,
                null,
                error,
                null,
                null,
                null);
    }

    void soak() {
        step(List.of(), List.of(), List.of(), List.of(), in(State.SUCCEEDED));
    }

    void silent(int count) {
        step(List.of(), List.of(), in(State.SUCCEEDED).subList(0, count), List.of(), List.of());
    }

    void measured(DeviceFigures figures, Reference reference) {
        List<Measured> measured = in(State.SUCCEEDED).stream()
                .map(it -> new Measured(it, figures, reference))
                .toList();
        step(List.of(), List.of(), List.of(), measured, List.of());
    }

    void overdue() {
        List<DeviceUpdate> late =
                devices.values().stream().filter(it -> it.state().isInFlight()).toList();
        step(List.of(), late, List.of(), List.of(), List.of());
    }

    DeviceUpdate device(String id) {
        return Optional.ofNullable(devices.get(id)).orElseThrow();
    }

    List<DeviceUpdate> in(State wanted) {
        return devices.values().stream().filter(it -> it.state() == wanted).toList();
    }

    int count(State wanted) {
        return in(wanted).size();
    }

    Set<String> ids(State wanted) {
        Set<String> ids = new TreeSet<>();
        in(wanted).forEach(it -> ids.add(it.deviceId()));
        return ids;
    }

    Rollout.State rollout() {
        return state.rollout().state();
    }
}

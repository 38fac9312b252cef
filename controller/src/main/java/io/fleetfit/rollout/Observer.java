package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.Observations.Candidate;
import io.fleetfit.rollout.Observations.Measured;
import io.fleetfit.rollout.Observations.Sighting;
import io.fleetfit.rollout.gate.Tally;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gathers what a step is about: what happened since the last one, never the whole fleet. For one thread. */
final class Observer {
    private static final int PAGE = 500;
    private static final int DECISIONS = 5_000;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration QUERY_PAUSE = Duration.ofSeconds(30);

    private final RolloutParts parts;
    private final Duration patience;
    private final Cohorts cohorts;
    private final Map<String, List<VariantRef>> rankings = new LinkedHashMap<>();
    private final Map<String, Instant> queried = new HashMap<>();
    private final Map<String, Instant> looked = new HashMap<>();

    /** What was gathered, and the messages that it came from. */
    record Gathered(Observations seen, List<Long> taken) {}

    Observer(RolloutParts parts, Duration patience) {
        this.parts = parts;
        this.patience = patience;
        this.cohorts = new Cohorts(parts.rollouts(), parts.telemetry());
    }

    Gathered gather(RolloutState state, List<DeviceUpdate> gone, Instant now) {
        String id = state.rollout().id();
        RolloutStore store = parts.rollouts();
        List<RolloutStore.Message> inbox = store.inbox(id, PAGE);
        List<DeviceUpdate> overdue = overdue(state, now);
        Map<Integer, Tally> control = cohorts.control(state, now);
        List<Sighting> sightings = new ArrayList<>();
        List<Measured> measured = new ArrayList<>();
        Map<String, Boolean> done = new HashMap<>();
        for (RolloutStore.Message message : inbox) {
            if (done.putIfAbsent(message.update().deviceId() + message.telemetry(), true) == null) {
                if (message.telemetry()) {
                    measured.add(cohorts.measured(state, message.update()));
                } else {
                    sightings.add(sighting(state, message.update()));
                }
            }
        }
        overdue.forEach(update -> sightings.add(sighting(state, update)));
        Wants wants = RolloutPlanner.wants(state, now);
        List<Candidate> candidates = candidates(state, wants);
        Observations seen = new Observations(
                gone,
                sightings,
                overdue,
                silent(state, now),
                measured,
                soaked(state, now),
                candidates,
                candidates.isEmpty() && others(id, wants),
                control,
                queries(state, now),
                state.rollout().state() == Rollout.State.WAITING ? waitsFor(state) : null);
        return new Gathered(
                seen, inbox.stream().map(RolloutStore.Message::number).toList());
    }

    /** Looked for once a second: it reads every device at work. */
    private List<DeviceUpdate> overdue(RolloutState state, Instant now) {
        String id = state.rollout().id();
        Instant last = looked.get(id);
        if (last != null && now.isBefore(last.plus(LOOK))) {
            return List.of();
        }
        List<DeviceUpdate> overdue = parts.rollouts().overdue(id, now.minus(patience(state)), PAGE);
        if (overdue.size() < PAGE) {
            looked.put(id, now);
        }
        return overdue;
    }

    /** What the first step of a rollout is about: whether it may begin. */
    Observations beforeStart(RolloutState state) {
        return new Observations(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                true,
                Map.of(),
                Map.of(),
                waitsFor(state));
    }

    /** How long a device that was asked may take. */
    Duration patience(RolloutState state) {
        Span own = state.terms().plan().bounds().deviceTimeout();
        return own == null ? patience : own.duration();
    }

    private Sighting sighting(RolloutState state, DeviceUpdate update) {
        DeviceTwin twin = parts.fleet().twin(update.deviceId());
        SlotReport slot = twin.reported() == null
                ? null
                : twin.reported().slots().stream()
                        .filter(it -> it.slot().equals(state.terms().slot()))
                        .findFirst()
                        .orElse(null);
        boolean failed =
                slot != null && (slot.state() == UpdateState.FAILED || slot.state() == UpdateState.ROLLED_BACK);
        return new Sighting(
                update,
                twin.reported() == null ? -1 : twin.reported().generation(),
                slot,
                failed ? ranking(update) : List.of());
    }

    private List<VariantRef> ranking(DeviceUpdate update) {
        String key = update.rollout() + "/" + update.place().decision();
        List<VariantRef> known = rankings.get(key);
        if (known != null) {
            return known;
        }
        if (rankings.size() >= DECISIONS) {
            rankings.remove(rankings.keySet().iterator().next());
        }
        List<VariantRef> ranking = parts.rollouts()
                .decisionByKey(update.rollout(), update.place().decision())
                .map(decision -> decision.ranking().stream()
                        .map(FitDecision.Ranked::variant)
                        .toList())
                .orElse(List.of());
        rankings.put(key, ranking);
        return ranking;
    }

    private List<DeviceUpdate> silent(RolloutState state, Instant now) {
        List<DeviceUpdate> silent = new ArrayList<>();
        for (GateRule gate : state.terms().plan().allGates()) {
            if (gate.kind() == GateRule.Kind.SILENCE && isWatching(state)) {
                silent.addAll(parts.rollouts()
                        .silent(state.rollout().id(), now.minus(gate.silence().duration()), PAGE));
            }
        }
        return silent;
    }

    private List<DeviceUpdate> soaked(RolloutState state, Instant now) {
        if (!isWatching(state)) {
            return List.of();
        }
        int wave = state.progress().wave();
        return parts.rollouts()
                .soaked(state.rollout().id(), wave, now.minus(Sightings.soak(state.terms(), wave)), PAGE);
    }

    private static boolean isWatching(RolloutState state) {
        return state.progress().waves().stream().anyMatch(it -> it.activated() > 0);
    }

    private List<Candidate> candidates(RolloutState state, Wants wants) {
        if (wants.limit() == 0
                || wants.states().stream().allMatch(it -> state.progress().count(it) == 0)) {
            return List.of();
        }
        List<Candidate> candidates = new ArrayList<>();
        for (DeviceUpdate update : parts.rollouts().candidates(state.rollout().id(), wants)) {
            boolean asked = update.state() != DeviceUpdate.State.PENDING && update.state() != DeviceUpdate.State.STAGED;
            Optional<SlotTarget> target = asked
                    ? Optional.empty()
                    : parts.fleet().twin(update.deviceId()).target(state.terms().slot());
            candidates.add(new Candidate(
                    update,
                    ranking(update),
                    target.map(it -> owner(state, it)).orElse(null),
                    target.filter(it -> isBusy(state, it, update.deviceId())).isPresent()));
        }
        return candidates;
    }

    /** The deployment that has the slot, if it comes before the rollout's. */
    private @Nullable String owner(RolloutState state, SlotTarget target) {
        if (target.deployment().equals(state.rollout().deployment())) {
            return null;
        }
        return parts.rollouts()
                .deployment(target.deployment())
                .filter(other -> other.plan() != null
                        && other.plan().starting().rank()
                                > state.terms().plan().starting().rank())
                .map(Deployment::name)
                .orElse(null);
    }

    private boolean isBusy(RolloutState state, SlotTarget target, String device) {
        String other = target.rollout();
        return other != null
                && !other.equals(state.rollout().id())
                && parts.rollouts()
                        .update(other, device)
                        .filter(it -> it.state().isInFlight())
                        .isPresent();
    }

    private boolean others(String id, Wants wants) {
        if (wants.limit() == 0 || (wants.closed().isEmpty() && wants.full().isEmpty())) {
            return false;
        }
        Wants unbounded = new Wants(wants.states(), wants.variants(), wants.borders(), Set.of(), Set.of(), 1);
        return !parts.rollouts().candidates(id, unbounded).isEmpty();
    }

    private Map<Integer, Double> queries(RolloutState state, Instant now) {
        Map<Integer, Double> values = new HashMap<>();
        Instant last = queried.get(state.rollout().id());
        List<GateRule> gates = state.terms().plan().allGates();
        if (state.rollout().state() != Rollout.State.RUNNING
                || (last != null && now.isBefore(last.plus(QUERY_PAUSE)))) {
            return values;
        }
        for (int i = 0; i < gates.size(); i++) {
            String query = gates.get(i).query();
            if (gates.get(i).kind() == GateRule.Kind.QUERY && query != null) {
                values.put(i, parts.queries().value(query));
                queried.put(state.rollout().id(), now);
            }
        }
        return values;
    }

    private @Nullable String waitsFor(RolloutState state) {
        for (String name : state.terms().plan().starting().dependencies()) {
            Optional<Rollout> newest = parts.rollouts().states(Optional.of(name), 1).stream()
                    .findFirst()
                    .map(RolloutState::rollout);
            if (newest.isEmpty()) {
                return "waits for the deployment '" + name + "', which was never rolled out";
            }
            if (newest.get().state() != Rollout.State.SUCCEEDED) {
                return "waits for the deployment '" + name + "': its rollout "
                        + newest.get().id() + " is " + newest.get().state();
            }
        }
        return null;
    }
}

package io.fleetfit.deploy.simulate;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fleet.Device;
import io.fleetfit.rollout.AuditEntry;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.DeviceUpdate.Act;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.RolloutStore;
import io.fleetfit.rollout.Step;
import io.fleetfit.rollout.Wants;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rollouts in memory: what the tables of a database would hold, each method a transaction. */
final class MemoryRollouts implements RolloutStore {
    private final MemoryFleet fleet;
    private final Map<String, Deployment> deployments = new TreeMap<>();
    private final Map<String, Kept> rollouts = new LinkedHashMap<>();
    private final List<AuditEntry> audit = new ArrayList<>();
    private int numbers;
    private long messages;

    private static final class Kept {
        private Rollout head;
        private @Nullable RolloutState state;
        private final NavigableMap<String, DeviceUpdate> updates = new TreeMap<>();
        private final Map<String, FitDecision> decisions = new TreeMap<>();
        private final NavigableMap<Long, Message> inbox = new TreeMap<>();

        Kept(Rollout head) {
            this.head = head;
        }
    }

    MemoryRollouts(MemoryFleet fleet) {
        this.fleet = fleet;
    }

    @Override
    public void insertDeployment(Deployment deployment) {
        deployments.put(deployment.name(), deployment);
    }

    @Override
    public void updateDeployment(Deployment deployment) {
        deployments.put(deployment.name(), deployment);
    }

    @Override
    public Optional<Deployment> deployment(String name) {
        return Optional.ofNullable(deployments.get(name));
    }

    @Override
    public List<Deployment> deployments() {
        return List.copyOf(deployments.values());
    }

    @Override
    public void deleteDeployment(String name) {
        deployments.remove(name);
    }

    @Override
    public String nextRolloutId() {
        return "r-" + ++numbers;
    }

    @Override
    public void beginRollout(Rollout rollout) {
        rollouts.put(rollout.id(), new Kept(rollout));
    }

    @Override
    public void addUpdates(String rollout, List<DeviceUpdate> updates, Map<String, FitDecision> decisions) {
        updates.forEach(update -> kept(rollout).updates.put(update.deviceId(), update));
        kept(rollout).decisions.putAll(decisions);
    }

    @Override
    public void finishRollout(RolloutState state) {
        kept(state.rollout().id()).state = at(state, 1);
    }

    private static RolloutState at(RolloutState state, long revision) {
        return new RolloutState(state.rollout(), state.terms(), state.progress(), revision);
    }

    private Kept kept(String id) {
        return Optional.ofNullable(rollouts.get(id)).orElseThrow(() -> new IllegalStateException("no rollout " + id));
    }

    @Override
    public List<String> unfinished() {
        return rollouts.values().stream()
                .filter(it -> it.state == null)
                .map(it -> it.head.id())
                .toList();
    }

    @Override
    public void deleteRollout(String id) {
        rollouts.remove(id);
    }

    @Override
    public Optional<RolloutState> state(String id) {
        return Optional.ofNullable(rollouts.get(id)).flatMap(it -> Optional.ofNullable(it.state));
    }

    @Override
    public List<RolloutState> states(Optional<String> deployment, int limit) {
        List<RolloutState> found = new ArrayList<>();
        for (Kept each : rollouts.values()) {
            RolloutState state = each.state;
            if (state != null
                    && deployment
                            .filter(name -> !name.equals(state.rollout().deployment()))
                            .isEmpty()) {
                found.add(state);
            }
        }
        Collections.reverse(found);
        return found.stream().limit(limit).toList();
    }

    @Override
    public List<RolloutState> followed() {
        Map<String, String> newest = new TreeMap<>();
        states(Optional.empty(), Integer.MAX_VALUE)
                .forEach(it -> newest.putIfAbsent(
                        it.rollout().deployment(), it.rollout().id()));
        return rollouts.values().stream()
                .flatMap(it -> Stream.ofNullable(it.state))
                .filter(it -> !it.rollout().state().isEnded()
                        || newest.containsValue(it.rollout().id()))
                .toList();
    }

    @Override
    public boolean claim(String rollout, String owner, Instant now, Instant until) {
        return rollouts.containsKey(rollout);
    }

    @Override
    public boolean save(Change change) {
        Kept kept = kept(change.state().rollout().id());
        RolloutState now = kept.state;
        if (now == null || now.revision() != change.state().revision()) {
            return false;
        }
        kept.state = at(change.state(), now.revision() + 1);
        kept.head = change.state().rollout();
        change.updates().forEach(update -> kept.updates.put(update.deviceId(), update));
        change.joined().forEach((update, decision) -> {
            kept.updates.put(update.deviceId(), update);
            kept.decisions.put(update.place().decision(), decision);
        });
        for (Step.Sweep sweep : change.sweeps()) {
            kept.updates.replaceAll(
                    (id, update) -> update.state() == sweep.from() ? moved(update, sweep.to()) : update);
        }
        audit.addAll(change.audit());
        change.taken().forEach(kept.inbox::remove);
        return true;
    }

    private static DeviceUpdate moved(DeviceUpdate update, State to) {
        return new DeviceUpdate(
                update.rollout(),
                update.deviceId(),
                update.place(),
                update.wave(),
                update.variant(),
                update.previous(),
                to,
                update.act(),
                update.generation(),
                update.error(),
                update.watch(),
                update.updatedAt());
    }

    private List<DeviceUpdate> find(String rollout, int limit, Predicate<DeviceUpdate> wanted) {
        return kept(rollout).updates.values().stream()
                .filter(wanted)
                .limit(limit)
                .toList();
    }

    @Override
    public List<DeviceUpdate> due(String rollout, int limit) {
        return find(rollout, limit, DeviceUpdate::isDue);
    }

    @Override
    public void told(List<DeviceUpdate> updates) {
        for (DeviceUpdate update : updates) {
            DeviceUpdate now = kept(update.rollout()).updates.get(update.deviceId());
            if (now != null
                    && now.isDue()
                    && now.state() == update.state()
                    && now.updatedAt().equals(update.updatedAt())) {
                kept(update.rollout()).updates.put(update.deviceId(), now.told(update.generation()));
            }
        }
    }

    @Override
    public void note(String rollout, String deviceId, boolean telemetry) {
        Kept kept = kept(rollout);
        Optional.ofNullable(kept.updates.get(deviceId)).ifPresent(update -> {
            messages++;
            kept.inbox.put(messages, new Message(messages, update, telemetry));
        });
    }

    @Override
    public void noteAll(String rollout) {
        find(rollout, Integer.MAX_VALUE, it -> it.state().isInFlight())
                .forEach(it -> note(rollout, it.deviceId(), false));
    }

    @Override
    public List<Message> inbox(String rollout, int limit) {
        Kept kept = kept(rollout);
        return kept.inbox.values().stream()
                .limit(limit)
                .map(it -> new Message(
                        it.number(), kept.updates.getOrDefault(it.update().deviceId(), it.update()), it.telemetry()))
                .toList();
    }

    @Override
    public List<DeviceUpdate> overdue(String rollout, Instant before, int limit) {
        return find(
                rollout,
                limit,
                it -> it.state().isInFlight()
                        && it.act() == Act.NONE
                        && it.updatedAt().isBefore(before));
    }

    private static boolean isWatched(DeviceUpdate it) {
        return it.watch().activeAt() != null
                && !it.watch().settled()
                && (it.state() == State.UPDATING || it.state() == State.SUCCEEDED);
    }

    @Override
    public List<DeviceUpdate> silent(String rollout, Instant before, int limit) {
        return find(
                rollout,
                limit,
                it -> isWatched(it)
                        && fleet.device(it.deviceId())
                                .filter(device -> !device.online()
                                        && (device.lastSeen() == null
                                                || device.lastSeen().isBefore(before)))
                                .isPresent());
    }

    @Override
    public List<DeviceUpdate> soaked(String rollout, int wave, Instant before, int limit) {
        return find(
                rollout,
                limit,
                it -> isWatched(it)
                        && it.wave() == wave
                        && it.state() == State.SUCCEEDED
                        && it.watch().activeAt() != null
                        && !it.watch().activeAt().isAfter(before));
    }

    @Override
    public List<DeviceUpdate> candidates(String rollout, Wants wants) {
        return kept(rollout).updates.values().stream()
                .filter(it -> isWanted(it, wants))
                .sorted(Comparator.comparing((DeviceUpdate it) -> it.state())
                        .thenComparing(it -> it.place().order()))
                .limit(wants.limit())
                .toList();
    }

    private static boolean isWanted(DeviceUpdate it, Wants wants) {
        Long border = wants.borders().get(it.place().profile());
        return wants.states().contains(it.state())
                && (wants.borders().isEmpty() || (border != null && it.place().order() <= border))
                && (wants.variants().isEmpty()
                        || (it.variant() != null && wants.variants().contains(it.variant())))
                && !wants.closed().contains(it.place().zone())
                && !wants.full().contains(it.place().group());
    }

    @Override
    public List<Control> control(String rollout, int limit) {
        return find(rollout, limit, it -> it.state() == State.PENDING).stream()
                .flatMap(it -> fleet.device(it.deviceId()).stream())
                .map((Device it) -> new Control(it.id(), it.profile(), it.online(), it.lastSeen()))
                .toList();
    }

    @Override
    public List<DeviceUpdate> updates(String rollout, @Nullable State state, @Nullable String cursor, int limit) {
        return kept(rollout).updates.tailMap(cursor == null ? "" : cursor, false).values().stream()
                .filter(it -> state == null || it.state() == state)
                .limit(limit)
                .toList();
    }

    @Override
    public Optional<DeviceUpdate> update(String rollout, String deviceId) {
        return Optional.ofNullable(rollouts.get(rollout)).flatMap(it -> Optional.ofNullable(it.updates.get(deviceId)));
    }

    @Override
    public Optional<FitDecision> decision(String rollout, String deviceId) {
        return update(rollout, deviceId)
                .flatMap(it -> decisionByKey(rollout, it.place().decision()));
    }

    @Override
    public Optional<FitDecision> decisionByKey(String rollout, String key) {
        return Optional.ofNullable(kept(rollout).decisions.get(key));
    }

    @Override
    public void audit(AuditEntry entry) {
        audit.add(entry);
    }

    @Override
    public List<AuditEntry> audits(@Nullable String deployment, @Nullable String rollout, int limit) {
        List<AuditEntry> newest = new ArrayList<>(audit);
        Collections.reverse(newest);
        return newest.stream()
                .filter(it -> deployment == null || it.deployment().equals(deployment))
                .filter(it -> rollout == null || rollout.equals(it.rollout()))
                .limit(limit)
                .toList();
    }
}

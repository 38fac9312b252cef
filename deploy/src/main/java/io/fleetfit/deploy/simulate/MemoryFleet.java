package io.fleetfit.deploy.simulate;

import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.Selector;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.HeldBlob;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.registry.NotFound;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The fleet in memory; logins are not simulated. */
final class MemoryFleet implements FleetStore {
    private final NavigableMap<String, Device> devices = new TreeMap<>();
    private final Map<String, DeviceTwin> twins = new TreeMap<>();
    private final Map<String, List<HeldBlob>> held = new TreeMap<>();

    @Override
    public void upsertDevice(Device device) {
        devices.put(device.id(), device);
    }

    @Override
    public Optional<Device> device(String id) {
        return Optional.ofNullable(devices.get(id));
    }

    @Override
    public Page devices(Selector selector, @Nullable String cursor, int limit) {
        List<Device> found = matching(selector, cursor).limit(limit).toList();
        return new Page(
                found, found.size() < limit ? null : found.get(limit - 1).id(), devices.size());
    }

    private Stream<Device> matching(Selector selector, @Nullable String cursor) {
        return devices.tailMap(cursor == null ? "" : cursor, false).values().stream()
                .filter(selector::matches);
    }

    @Override
    public List<DeviceState> states(Selector selector, @Nullable String cursor, int limit) {
        return matching(selector, cursor)
                .limit(limit)
                .map(device -> new DeviceState(device, twin(device.id()), held(device.id())))
                .toList();
    }

    @Override
    public void setLabels(String id, Map<String, String> labels) {
        Device old = devices.get(id);
        if (old != null) {
            devices.put(
                    id,
                    new Device(
                            id,
                            old.profile(),
                            old.capabilities(),
                            labels,
                            old.agentVersion(),
                            old.online(),
                            old.enrolledAt(),
                            old.lastSeen()));
        }
    }

    @Override
    public void setPresence(String id, boolean online, Instant lastSeen) {
        Device old = devices.get(id);
        if (old != null) {
            devices.put(
                    id,
                    new Device(
                            id,
                            old.profile(),
                            old.capabilities(),
                            old.labels(),
                            old.agentVersion(),
                            online,
                            old.enrolledAt(),
                            lastSeen));
        }
    }

    @Override
    public void setHeld(String id, List<HeldBlob> blobs) {
        held.put(id, blobs);
    }

    @Override
    public List<HeldBlob> held(String id) {
        return held.getOrDefault(id, List.of());
    }

    @Override
    public void deleteDevice(String id) {
        devices.remove(id);
        twins.remove(id);
    }

    @Override
    public DeviceTwin twin(String id) {
        return twins.getOrDefault(id, new DeviceTwin(id, 0, List.of(), null));
    }

    @Override
    public DeviceTwin updateTargets(String id, UnaryOperator<List<SlotTarget>> change) {
        if (!devices.containsKey(id)) {
            throw new NotFound("device", id, "it was never there");
        }
        DeviceTwin before = twin(id);
        List<SlotTarget> targets = change.apply(before.targets());
        if (targets.equals(before.targets())) {
            return before;
        }
        DeviceTwin after = new DeviceTwin(id, before.generation() + 1, targets, before.reported());
        twins.put(id, after);
        return after;
    }

    @Override
    public List<DeviceTwin> updateAllTargets(SortedMap<String, UnaryOperator<List<SlotTarget>>> changes) {
        List<DeviceTwin> changed = new ArrayList<>();
        changes.forEach((id, change) -> {
            if (devices.containsKey(id)) {
                changed.add(updateTargets(id, change));
            }
        });
        return changed;
    }

    @Override
    public boolean setReported(ReportedState reported) {
        DeviceTwin before = twin(reported.deviceId());
        ReportedState known = before.reported();
        if (known != null && known.bootId().equals(reported.bootId()) && known.sequence() >= reported.sequence()) {
            return false;
        }
        twins.put(
                reported.deviceId(),
                new DeviceTwin(before.deviceId(), before.generation(), before.targets(), reported));
        return true;
    }

    @Override
    public void putCredentials(Credentials credentials) {
        throw notSimulated();
    }

    @Override
    public Optional<Credentials> credentials(String deviceId) {
        throw notSimulated();
    }

    @Override
    public void putEnrolmentToken(EnrolmentToken token) {
        throw notSimulated();
    }

    @Override
    public Optional<EnrolmentToken> enrolmentToken(String hash) {
        throw notSimulated();
    }

    @Override
    public Enrolment enrol(String tokenHash, Instant now, Device device, Credentials credentials) {
        throw notSimulated();
    }

    @Override
    public long devicesTargeting(String model, String version, @Nullable String variant) {
        throw notSimulated();
    }

    private static UnsupportedOperationException notSimulated() {
        return new UnsupportedOperationException("logins and counts are not simulated");
    }
}

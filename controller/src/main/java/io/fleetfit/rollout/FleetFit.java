package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fit.FitEngine;
import io.fleetfit.fit.FitPreview;
import io.fleetfit.fit.Policy;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceRefusal;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.RefusalStore;
import io.fleetfit.fleet.Selector;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.HeldBlob;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides for devices of the fleet which variant of a model they get. */
public final class FleetFit {
    private static final int PAGE = 1_000;
    private static final int MEASUREMENTS = 200;

    private final RegistryStore registry;
    private final FleetStore fleet;
    private final RefusalStore refusals;
    private final FitEngine engine;

    /** Decides by {@code engine} over what the stores know. */
    public FleetFit(RegistryStore registry, FleetStore fleet, RefusalStore refusals, FitEngine engine) {
        this.registry = registry;
        this.fleet = fleet;
        this.refusals = refusals;
        this.engine = engine;
    }

    /** A device with the decision for it. */
    public record Decided(Device device, DeviceTwin twin, FitDecision decision) {}

    /** The version that an alias points at, or the version of that name; {@link NotFound} if there is none. */
    public String version(String model, String revision) {
        if (registry.model(model).isEmpty()) {
            throw new NotFound("model", model, "fleetfit model list shows the models there are");
        }
        String version = registry.aliases(model).getOrDefault(revision, revision);
        if (registry.version(model, version).isEmpty()) {
            throw new NotFound(
                    "version or alias", model + "@" + revision, "fleetfit model show " + model + " lists them");
        }
        return version;
    }

    /** The decision for one device; {@link NotFound} if there is no such device. */
    public FitDecision decide(String deviceId, String model, String version, Policy policy) {
        Device device = fleet.device(deviceId)
                .orElseThrow(
                        () -> new NotFound("device", deviceId, "fleetfit device list shows the devices there are"));
        FleetStore.DeviceState state = new FleetStore.DeviceState(device, fleet.twin(deviceId), fleet.held(deviceId));
        return prepare(model, version).decide(subject(state, refusals.of(deviceId, model, version)), policy);
    }

    /** Decides for all devices that match, one after the other, and hands each decision on. */
    public void decideAll(Selector selector, String model, String version, Policy policy, Consumer<Decided> consumer) {
        FitEngine.Prepared prepared = prepare(model, version);
        Map<String, List<DeviceRefusal>> refused = refused(model, version);
        forEach(
                selector,
                state -> consumer.accept(
                        new Decided(state.device(), state.twin(), prepared.decide(subject(state, refused), policy))));
    }

    /** What the policy would do to all devices that match, counted. */
    public FitPreview.Summary preview(Selector selector, String model, String version, Policy policy) {
        FitPreview preview = new FitPreview(prepare(model, version), policy);
        Map<String, List<DeviceRefusal>> refused = refused(model, version);
        forEach(selector, state -> preview.add(subject(state, refused)));
        return preview.summary();
    }

    private void forEach(Selector selector, Consumer<FleetStore.DeviceState> consumer) {
        String cursor = null;
        List<FleetStore.DeviceState> page;
        do {
            page = fleet.states(selector, cursor, PAGE);
            for (FleetStore.DeviceState state : page) {
                cursor = state.device().id();
                consumer.accept(state);
            }
        } while (page.size() == PAGE);
    }

    private FitEngine.Prepared prepare(String model, String version) {
        return engine.prepare(registry.variants(model, version), registry.measurements(model, version, MEASUREMENTS));
    }

    private Map<String, List<DeviceRefusal>> refused(String model, String version) {
        return refusals.ofVersion(model, version).stream().collect(Collectors.groupingBy(DeviceRefusal::deviceId));
    }

    private static FitEngine.Subject subject(FleetStore.DeviceState state, Map<String, List<DeviceRefusal>> refused) {
        return subject(state, refused.getOrDefault(state.device().id(), List.of()));
    }

    private static FitEngine.Subject subject(FleetStore.DeviceState state, List<DeviceRefusal> refused) {
        Set<Digest> held = state.held().stream().map(HeldBlob::digest).collect(Collectors.toSet());
        return new FitEngine.Subject(state.device(), held, failed(state.twin()), refused);
    }

    /** What the device tried last and gave up. */
    private static Set<VariantRef> failed(DeviceTwin twin) {
        return twin.reported() == null
                ? Set.of()
                : twin.reported().slots().stream()
                        .filter(slot -> slot.state() == UpdateState.FAILED || slot.state() == UpdateState.ROLLED_BACK)
                        .map(slot -> target(slot.target()))
                        .flatMap(Optional::stream)
                        .collect(Collectors.toSet());
    }

    private static Optional<VariantRef> target(@Nullable String reference) {
        return Optional.ofNullable(reference).map(VariantRef::parse);
    }
}

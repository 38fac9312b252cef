package io.fleetfit.deploy.simulate;

import io.fleetfit.cost.DeviceRates;
import io.fleetfit.fit.Policy;
import io.fleetfit.fit.StandardFitEngine;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.EventSink;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.Selector;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.DesiredState;
import io.fleetfit.protocol.DsseEnvelope;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.protocol.VariantManifest;
import io.fleetfit.registry.Variant;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.FleetFit;
import io.fleetfit.rollout.MetricQuery;
import io.fleetfit.rollout.RolloutParts;
import io.fleetfit.rollout.RolloutService;
import io.fleetfit.rollout.RolloutStore;
import io.fleetfit.rollout.Worker;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Everything around the devices: broker, network and controller. The controller is the real {@link RolloutService} with its
 * engine and planner over stores in memory, driven by the virtual clock; it can be killed at any write of a store.
 */
final class SimWorld {
    static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration RESTART = Duration.ofSeconds(8);
    private static final Set<String> READS = Set.of(
            "deployment",
            "deployments",
            "unfinished",
            "state",
            "states",
            "followed",
            "due",
            "inbox",
            "overdue",
            "silent",
            "soaked",
            "candidates",
            "control",
            "updates",
            "update",
            "decision",
            "decisionByKey",
            "audits",
            "device",
            "devices",
            "held",
            "twin",
            "claim");

    final VirtualTime time = new VirtualTime();
    final SimBlobs blobs = new SimBlobs();
    final SimSigner signer = new SimSigner();
    final MemoryRegistry registry = new MemoryRegistry();
    final MemoryFleet fleet = new MemoryFleet();
    final MemoryRollouts rollouts = new MemoryRollouts(fleet);
    final Faults faults;
    final NavigableMap<String, SimDevice> devices = new TreeMap<>();
    private final Duration faultsEnd;
    private final double badShare;
    private final Random random;
    private final Map<String, DsseEnvelope> manifests = new TreeMap<>();
    private Optional<RolloutService> service = Optional.empty();
    private int process;
    private boolean quiet;

    /** Whether anything that an invariant looks at may have changed since it was looked at. */
    boolean changed = true;

    SimWorld(Scenario scenario, Faults faults, long seed) {
        this.faults = faults;
        this.faultsEnd = Duration.ofMinutes(scenario.faultMinutes());
        this.badShare = scenario.badShare();
        this.random = new Random(seed);
    }

    boolean faulty() {
        return time.nanos() < faultsEnd.toNanos();
    }

    boolean happens(Random by, double chance) {
        return faulty() && !quiet && chance > 0 && by.nextDouble() < chance;
    }

    /** Whether the variant fails its trial on the device: the same answer every time. Version 1 never does. */
    boolean fails(String device, String variant) {
        return !variant.contains("@1/") && new Random((device + variant).hashCode() * 31L).nextDouble() < badShare;
    }

    /** Does something that is not interrupted by a fault of the controller. */
    void quietly(Runnable work) {
        quiet = true;
        try {
            work.run();
        } finally {
            quiet = false;
        }
    }

    void startController() {
        process++;
        int mine = process;
        RolloutParts parts = new RolloutParts(
                killing(RolloutStore.class, rollouts),
                killing(FleetStore.class, fleet),
                new NoTelemetry(),
                new FleetFit(
                        registry.asStore(),
                        fleet,
                        new StandardFitEngine(profile -> new DeviceRates(Map.of(), 1, 1, 1, 1, 0))),
                this::publish,
                MetricQuery.NONE,
                EventSink.NONE,
                time);
        service = Optional.of(new RolloutService(parts, PATIENCE, new VirtualWorker(mine)));
        controlled(it -> it.resume());
        fleet.states(Selector.all(), null, Integer.MAX_VALUE).forEach(state -> publish(state.twin()));
    }

    private final class VirtualWorker implements Worker {
        private final int mine;

        VirtualWorker(int mine) {
            this.mine = mine;
        }

        @Override
        public void after(Duration delay, Runnable work) {
            time.after(delay, () -> {
                if (process == mine && service.isPresent()) {
                    controlled(it -> work.run());
                }
            });
        }

        @Override
        public void close() {}
    }

    /** The store, at each write of which the controller may be killed. */
    private <T> T killing(Class<T> type, T store) {
        return type.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    changed |= !READS.contains(method.getName());
                    boolean kill = !READS.contains(method.getName()) && happens(random, faults.killController());
                    if (kill && random.nextBoolean()) {
                        throw new Killed();
                    }
                    Object result;
                    try {
                        result = method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (kill) {
                        throw new Killed();
                    }
                    return result;
                }));
    }

    /** Does something in the controller, if it runs; it may be killed by it. */
    void controlled(Consumer<RolloutService> work) {
        if (service.isEmpty()) {
            return;
        }
        try {
            work.accept(service.get());
        } catch (Killed e) {
            service = Optional.empty();
            devices.values().forEach(SimDevice::disconnect);
            time.after(RESTART, this::startController);
        }
    }

    boolean brokerIsUp() {
        return service.isPresent();
    }

    Device enrolled(String id, String profile, Map<String, String> labels) {
        Capabilities capabilities = new Capabilities(
                "aarch64",
                "Linux",
                null,
                null,
                null,
                null,
                4,
                Set.of(),
                4_000_000_000L,
                8_000_000_000L,
                7_000_000_000L,
                List.of(),
                List.of(ExecutionSettings.CPU),
                "1.29.0",
                24,
                false,
                true);
        return new Device(id, profile, capabilities, labels, "sim", false, time.instant(), null);
    }

    /** Wishes a version of the model onto all devices, by a plan. */
    void wish(String revision, RolloutPlan plan) {
        Deployment deployment = new Deployment(
                "all",
                "",
                MemoryRegistry.MODEL,
                revision,
                MemoryRegistry.MODEL,
                Policy.unbounded(),
                plan,
                time.instant());
        if (rollouts.deployment("all").isPresent()) {
            rollouts.updateDeployment(deployment);
        } else {
            rollouts.insertDeployment(deployment);
        }
    }

    private void publish(DeviceTwin twin) {
        SimDevice device = devices.get(twin.deviceId());
        if (device == null || twin.generation() == 0) {
            return;
        }
        DesiredState desired = new DesiredState(
                Protocol.VERSION,
                twin.deviceId(),
                twin.generation(),
                time.instant(),
                time.instant().plus(Duration.ofDays(7)),
                twin.targets().stream().map(this::assignment).toList());
        byte[] envelope = JsonCodec.encode(signer.sign(DsseEnvelope.DESIRED_STATE, JsonCodec.encode(desired)));
        ReportedState claimed = claim(twin);
        send(repeated -> device.desired(envelope, claimed));
    }

    private Assignment assignment(SlotTarget target) {
        Variant variant = registry.variant(target.variant());
        DsseEnvelope manifest = manifests.computeIfAbsent(target.variant().toString(), key -> sign(variant));
        return new Assignment(target.slot(), manifest, variant.settings(), target.budget(), 30, target.stageOnly());
    }

    private DsseEnvelope sign(Variant variant) {
        SimBlobs.Blob blob = blobs.get(variant.blob());
        VariantManifest manifest = new VariantManifest(
                Protocol.VERSION,
                variant.ref().model(),
                variant.ref().version(),
                variant.ref().variant(),
                variant.recipe(),
                variant.precision(),
                blob.ref().blob(),
                blob.ref().size(),
                blob.ref().indexDigest(),
                blob.ref().indexSize(),
                MemoryRegistry.CONTRACT);
        return signer.sign(DsseEnvelope.MANIFEST, JsonCodec.encode(manifest));
    }

    /** What a liar says when it is told this. */
    private ReportedState claim(DeviceTwin twin) {
        List<SlotReport> slots = twin.targets().stream()
                .map(target -> new SlotReport(
                        target.slot(),
                        Boolean.TRUE.equals(target.stageOnly()) ? UpdateState.STAGED : UpdateState.COMMITTED,
                        time.instant(),
                        twin.generation(),
                        target.variant().toString(),
                        target.variant().toString(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null))
                .toList();
        return new ReportedState(
                Protocol.VERSION, twin.deviceId(), "lie", 1, time.instant(), twin.generation(), slots, null);
    }

    /** A message of a device; when it is lost, the connection is too. */
    void up(SimDevice device, Consumer<Boolean> message) {
        if (happens(random, faults.loss())) {
            device.disconnect();
        } else {
            send(message);
        }
    }

    private void send(Consumer<Boolean> message) {
        long delay = 10L + random.nextInt(90);
        if (happens(random, faults.reorder())) {
            delay += random.nextInt(30_000);
        }
        time.after(Duration.ofMillis(delay), () -> message.accept(false));
        if (happens(random, faults.duplicate())) {
            time.after(Duration.ofMillis(delay + random.nextInt(5_000)), () -> message.accept(true));
        }
    }

    void controllerHears(ReportedState report) {
        controlled(it -> hear(it, report));
    }

    private void hear(RolloutService controller, ReportedState report) {
        changed = true;
        if (fleet.setReported(report)) {
            controller.reported(report);
        }
    }

    void hello(SimDevice device) {
        time.after(Duration.ofMillis(20), () -> {
            if (!device.isConnected()) {
                return;
            }
            controlled(controller -> {
                fleet.setPresence(device.id, true, time.instant());
                hear(controller, device.report());
                publish(fleet.twin(device.id));
                controller.connected(device.id);
            });
        });
    }

    /** The broker tells of the last will. */
    void lost(SimDevice device) {
        changed = true;
        fleet.setPresence(device.id, false, time.instant());
    }
}

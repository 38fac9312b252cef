package io.fleetfit.deploy.e2e;

import io.fleetfit.agent.app.InProcessAgent;
import io.fleetfit.broker.BrokerSettings;
import io.fleetfit.broker.EmbeddedBroker;
import io.fleetfit.cost.DeviceRates;
import io.fleetfit.fit.Policy;
import io.fleetfit.fit.StandardFitEngine;
import io.fleetfit.fleet.EventSink;
import io.fleetfit.fleet.FleetRegistry;
import io.fleetfit.fleet.StoredLogins;
import io.fleetfit.mqtt.ChunkIndexes;
import io.fleetfit.mqtt.ChunkService;
import io.fleetfit.mqtt.ChunkSettings;
import io.fleetfit.mqtt.ControllerKey;
import io.fleetfit.mqtt.DesiredPublisher;
import io.fleetfit.mqtt.DeviceEvents;
import io.fleetfit.mqtt.Gateway;
import io.fleetfit.mqtt.GatewayMetrics;
import io.fleetfit.mqtt.MeasurementLog;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.registry.ModelRegistry;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.AbortMode;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.FleetFit;
import io.fleetfit.rollout.MetricQuery;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutParts;
import io.fleetfit.rollout.RolloutService;
import io.fleetfit.store.Database;
import io.fleetfit.store.DatabaseSettings;
import io.fleetfit.store.FileBlobStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The controller in this process without its API: stores, broker, gateway and rollouts, wired by hand. */
final class InProcessController implements AutoCloseable {
    private static final Clock CLOCK = Clock.systemUTC();

    private final Database database;
    private final FileBlobStore blobs;
    private final EmbeddedBroker broker;
    private final RolloutService rollouts;
    private final FleetRegistry fleet;
    private final ControllerKey key;
    private final ChunkService chunks;
    private final Gateway gateway;

    /** Starts on what an earlier one left in the folder. */
    InProcessController(Path folder) throws IOException {
        Files.createDirectories(folder);
        database = Database.open(DatabaseSettings.inDirectory(folder.resolve("db")));
        blobs = new FileBlobStore(folder.resolve("blobs"));
        fleet = new FleetRegistry(database.fleetStore(), capabilities -> "generic", CLOCK);
        key = ControllerKey.loadOrCreate(folder.resolve("key.json"));
        broker = EmbeddedBroker.start(
                new BrokerSettings(
                        "127.0.0.1", 0, null, folder.resolve("broker"), BrokerSettings.DEFAULT_MAX_CONNECTIONS),
                new StoredLogins(database.fleetStore(), "controller", "none"));
        ChunkIndexes indexes = new ChunkIndexes(blobs, folder.resolve("indexes"));
        chunks = new ChunkService(blobs, indexes, broker, GatewayMetrics.NONE, ChunkSettings.standard());
        RegistryStore registry = database.registryStore();
        DesiredPublisher desired = new DesiredPublisher(registry, indexes, broker, key, CLOCK, Duration.ofSeconds(1));
        EventSink silent = EventSink.NONE;
        rollouts = new RolloutService(
                new RolloutParts(
                        database.rolloutStore(),
                        database.fleetStore(),
                        database.telemetryStore(),
                        new FleetFit(
                                registry, database.fleetStore(), new StandardFitEngine(InProcessController::rates)),
                        desired,
                        MetricQuery.NONE,
                        silent,
                        CLOCK),
                Duration.ofMinutes(5));
        gateway = new Gateway(
                new Gateway.Parts(
                        database.fleetStore(),
                        database.telemetryStore(),
                        broker,
                        chunks,
                        desired,
                        capabilities -> "generic",
                        silent,
                        GatewayMetrics.NONE,
                        CLOCK),
                new MeasurementLog(registry, database.fleetStore(), CLOCK),
                new Follow());
        gateway.start();
        rollouts.resume();
    }

    private static DeviceRates rates(String profile) {
        return new DeviceRates(Map.of(), 1, 1, 1, 1, 0);
    }

    /** Port of the broker. */
    int mqttPort() {
        return broker.port();
    }

    /** Lets a device in. */
    InProcessAgent.Enrolled enrol(String id, URI mqtt, Capabilities capabilities) {
        String token = fleet.createEnrolmentToken(Map.of(), 1, Duration.ofHours(1), false)
                .token();
        String password = fleet.enrol(token, id, capabilities).password();
        return new InProcessAgent.Enrolled(id, mqtt, password, key.publicKey());
    }

    /** Registers bytes as a version with one variant; nobody looks whether they are a model. */
    void register(String model, String version, Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Digest blob = Digest.of(bytes);
        blobs.adopt(file, blob);
        ModelRegistry registry = new ModelRegistry(database.registryStore(), blobs, CLOCK);
        if (database.registryStore().model(model).isEmpty()) {
            registry.createModel(
                    model,
                    new ModelContract(ModelContract.Task.TENSOR, List.of(), List.of(), null, false, List.of(), "top1"),
                    Map.of());
        }
        registry.addVersion(model, version, blob, Map.of());
        registry.addVariant(new Variant(
                new VariantRef(model, version, "fp32"),
                blob,
                bytes.length,
                "fp32",
                List.of(),
                null,
                "fp32",
                ExecutionSettings.cpu(),
                new GraphSummary(
                        Map.of("", 13), Set.of("Mul"), List.of(), List.of(), 1, 4, 4, Map.of(), 1, 1, 1, false),
                null,
                Map.of(),
                CLOCK.instant()));
    }

    /** Wishes a version onto the devices that match; the id of the rollout. */
    String deploy(String name, String selector, String model, String version) {
        database.rolloutStore()
                .insertDeployment(
                        new Deployment(name, selector, model, version, model, Policy.unbounded(), CLOCK.instant()));
        return rollouts.start(name, null, "test").id();
    }

    /** State of a rollout. */
    Rollout.State state(String rollout) {
        return rollouts.rollout(rollout).rollout().state();
    }

    /** Calls a rollout off. */
    void abort(String rollout, AbortMode mode) {
        rollouts.abort(rollout, mode, "test", "called off");
    }

    /** What the device last reported of a slot. */
    Optional<SlotReport> reported(String device, String slot) {
        return Optional.ofNullable(database.fleetStore().twin(device).reported()).stream()
                .flatMap(report -> report.slots().stream())
                .filter(report -> report.slot().equals(slot))
                .findFirst();
    }

    /** The order of the ends is that of a process that goes; nothing more is written. */
    @Override
    public void close() {
        rollouts.close();
        gateway.close();
        chunks.close();
        broker.close();
        database.close();
    }

    private final class Follow implements DeviceEvents {
        @Override
        public void connected(String deviceId) {
            rollouts.connected(deviceId);
        }

        @Override
        public void reported(ReportedState reported) {
            rollouts.reported(reported);
        }

        @Override
        public void measured(String deviceId) {
            rollouts.measured(deviceId);
        }
    }
}

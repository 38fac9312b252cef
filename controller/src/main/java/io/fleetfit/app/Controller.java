package io.fleetfit.app;

import io.fleetfit.broker.BrokerSettings;
import io.fleetfit.broker.EmbeddedBroker;
import io.fleetfit.compress.DataSetImports;
import io.fleetfit.compress.Jobs;
import io.fleetfit.compress.Target;
import io.fleetfit.fit.StandardFitEngine;
import io.fleetfit.fleet.ApiTokens;
import io.fleetfit.fleet.DeviceAuthenticator;
import io.fleetfit.fleet.DeviceLink;
import io.fleetfit.fleet.FleetRegistry;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.PasswordHash;
import io.fleetfit.fleet.ProfileFinder;
import io.fleetfit.fleet.Selector;
import io.fleetfit.fleet.StoredLogins;
import io.fleetfit.http.ApiServer;
import io.fleetfit.http.ApiSettings;
import io.fleetfit.http.EventHub;
import io.fleetfit.http.Services;
import io.fleetfit.mqtt.ChunkIndexes;
import io.fleetfit.mqtt.ChunkService;
import io.fleetfit.mqtt.ChunkSettings;
import io.fleetfit.mqtt.ControllerKey;
import io.fleetfit.mqtt.DesiredPublisher;
import io.fleetfit.mqtt.DeviceEvents;
import io.fleetfit.mqtt.ExternalBroker;
import io.fleetfit.mqtt.Gateway;
import io.fleetfit.mqtt.MeasurementLog;
import io.fleetfit.profiles.ProfileMatcher;
import io.fleetfit.profiles.Profiles;
import io.fleetfit.prometheus.PrometheusQuery;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.registry.DataSetStore;
import io.fleetfit.registry.DataSets;
import io.fleetfit.registry.GarbageCollector;
import io.fleetfit.registry.ModelRegistry;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.UploadSessions;
import io.fleetfit.rollout.FleetFit;
import io.fleetfit.rollout.MetricQuery;
import io.fleetfit.rollout.RolloutParts;
import io.fleetfit.rollout.RolloutService;
import io.fleetfit.store.Database;
import io.fleetfit.store.DatabaseSettings;
import io.fleetfit.store.FileBlobStore;
import io.fleetfit.worker.ChildProcessWorkshop;
import io.fleetfit.worker.WorkerSettings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running controller: everything made and connected by hand, closed in the opposite order. */
public final class Controller implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    private static final long LEAST_FREE_BYTES = 256L << 20;

    private final Clock clock = Clock.systemUTC();
    private final Config config;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private @Nullable ApiServer api;
    private int mqttPort;
    private Optional<String> firstToken = Optional.empty();

    private Controller(Config config) {
        this.config = config;
    }

    /**
     * Starts a controller; it serves when this returns.
     *
     * @throws IOException if the data folder, the database, a port or a certificate cannot be used; nothing stays behind
     */
    public static Controller start(Config config) throws IOException {
        Controller controller = new Controller(config);
        try {
            controller.assemble();
            return controller;
        } catch (IOException | RuntimeException e) {
            controller.close();
            throw e;
        }
    }

    private void assemble() throws IOException {
        Path data = Files.createDirectories(config.dataDir());
        RunFile runFile = closeLater(RunFile.take(data));
        Metrics metrics = new Metrics();
        EventHub events = new EventHub();
        Database database = closeLater(Database.open(databaseSettings()));
        FileBlobStore blobs = new FileBlobStore(data.resolve("blobs"), clock);
        FleetStore fleet = database.fleetStore();
        RegistryStore registryStore = database.registryStore();
        ModelRegistry registry = new ModelRegistry(registryStore, blobs, fleet::devicesTargeting, clock);
        Profiles profiles = Profiles.bundled();
        ProfileMatcher matcher = new ProfileMatcher(profiles);
        ProfileFinder finder =
                capabilities -> matcher.match(capabilities).profile().name();
        ApiTokens tokens = new ApiTokens(database.tokenStore(), clock);
        ControllerKey key = ControllerKey.loadOrCreate(data.resolve("keys").resolve("controller.key"));

        DeviceLink link = closeLater(link(fleet));
        ChunkIndexes indexes = new ChunkIndexes(blobs, data.resolve("indexes"));
        ChunkService chunks = closeLater(new ChunkService(
                blobs,
                indexes,
                link,
                metrics,
                ChunkSettings.standard().withBytesPerSecond(config.limits().chunkBytesPerSecond())));
        DesiredPublisher desired = new DesiredPublisher(
                registryStore, indexes, link, key, clock, config.limits().probation());
        FleetFit fit = new FleetFit(
                registryStore, fleet, new StandardFitEngine(new ProfileCosts(profiles), device -> Target.forDevice(
                                device.arch(), device.isaFeatures(), device.accelerators())
                        .text()));
        RolloutService rollouts = closeLater(new RolloutService(
                new RolloutParts(
                        database.rolloutStore(),
                        fleet,
                        database.telemetryStore(),
                        fit,
                        desired,
                        config.prometheus() == null ? MetricQuery.NONE : new PrometheusQuery(config.prometheus()),
                        events,
                        clock),
                config.limits().devicePatience()));
        Gateway gateway = closeLater(new Gateway(
                new Gateway.Parts(
                        fleet, database.telemetryStore(), link, chunks, desired, finder, events, metrics, clock),
                new MeasurementLog(registryStore, fleet, clock),
                followedBy(rollouts)));
        Jobs jobs = closeLater(new Jobs(data.resolve("jobs"), config.limits().jobs(), new JobEvents(events), clock));
        DataSetStore dataSetStore = database.dataSetStore();
        DataSets dataSets = new DataSets(
                dataSetStore,
                blobs,
                set -> jobs.using(set.digest()).stream()
                        .map(job -> "job " + job)
                        .toList(),
                clock);
        ChildProcessWorkshop workshop = workshop(data);
        UploadSessions uploads = new UploadSessions(data.resolve("uploads"), blobs, clock);
        Housekeeping housekeeping = closeLater(new Housekeeping(
                new GarbageCollector(
                        blobs,
                        List.of(registryStore::referencedBlobs, dataSetStore::referencedBlobs, uploads, jobs),
                        config.limits().blobGrace(),
                        clock),
                uploads,
                database.telemetryStore(),
                config.limits().telemetryRetention(),
                clock));
        gauges(metrics, fleet, events);

        Services.Compression compression = CompressionParts.of(
                database, registry, blobs, dataSets, workshop, jobs, profiles, data.resolve("work"), clock);

        gateway.start();
        rollouts.resume();
        jobs.resume();
        Vertx vertx = Vertx.vertx();
        closeLater((AutoCloseable) () -> vertx.close().await());
        api = closeLater(ApiServer.start(
                vertx,
                new ApiSettings(
                        config.http().host(),
                        config.http().port(),
                        config.http().certificate(),
                        config.http().key()),
                new Services(
                        registry,
                        blobs,
                        uploads,
                        compression,
                        dataSets,
                        new DataSetImports(dataSets, blobs, workshop, jobs, clock),
                        jobs,
                        new FleetRegistry(fleet, finder, clock),
                        fleet,
                        database.telemetryStore(),
                        fit,
                        rollouts,
                        database.rolloutStore(),
                        tokens,
                        profiles,
                        events,
                        () -> new Services.BrokerAddress(brokerUrl(), key.id(), key.publicKey()),
                        device -> disconnect(link, device),
                        health(database, link, data),
                        metrics::scrape,
                        Version.CURRENT,
                        clock)));
        housekeeping.start();
        firstToken = tokens.createFirstAdmin().map(ApiTokens.Created::secret);
        runFile.write(httpPort(), mqttPort);
        LOG.info("the API listens on {}, the broker is {}", url(), brokerUrl());
    }

    private DatabaseSettings databaseSettings() {
        Config.DatabaseConfig wish = config.database();
        DatabaseSettings standard =
                DatabaseSettings.inDirectory(config.dataDir().resolve("db"));
        return wish.url() == null
                ? standard
                : new DatabaseSettings(wish.url(), wish.user(), wish.password(), standard.connections());
    }

    private DeviceLink link(FleetStore fleet) throws IOException {
        Config.Mqtt mqtt = config.mqtt();
        if (mqtt.externalUrl() != null) {
            URI url = URI.create(mqtt.externalUrl());
            mqttPort = url.getPort();
            return ExternalBroker.connect(url, mqtt.username(), mqtt.password());
        }
        Config.Listener listener = mqtt.listener();
        // Nobody logs in as the controller here, since the gateway is in the process.
        DeviceAuthenticator logins =
                new StoredLogins(fleet, "$controller", PasswordHash.of(PasswordHash.newSecret("", new SecureRandom())));
        EmbeddedBroker broker = EmbeddedBroker.start(
                new BrokerSettings(
                        listener.host(),
                        listener.port(),
                        listener.certificate() == null || listener.key() == null
                                ? null
                                : new BrokerSettings.Tls(listener.certificate(), listener.key()),
                        config.dataDir().resolve("broker"),
                        BrokerSettings.DEFAULT_MAX_CONNECTIONS),
                logins);
        mqttPort = broker.port();
        return broker;
    }

    private static void disconnect(DeviceLink link, String device) {
        if (link instanceof EmbeddedBroker broker) {
            var unused = broker.disconnect(device);
        }
    }

    private ChildProcessWorkshop workshop(Path data) {
        long memory =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                        ? os.getTotalMemorySize()
                        : Runtime.getRuntime().maxMemory();
        WorkerSettings standard = WorkerSettings.standard(data.resolve("work"), memory);
        Config.Limits limits = config.limits();
        return new ChildProcessWorkshop(new WorkerSettings(
                limits.jobMemoryBytes() == 0 ? standard.maxMemoryBytes() : limits.jobMemoryBytes(),
                limits.jobTimeout(),
                standard.folder()));
    }

    private static DeviceEvents followedBy(RolloutService rollouts) {
        return new DeviceEvents() {
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
        };
    }

    private static Map<String, Supplier<Boolean>> health(Database database, DeviceLink link, Path data) {
        return Map.of(
                "database", database::isHealthy,
                "broker", link::isConnected,
                "disk", () -> data.toFile().getUsableSpace() >= LEAST_FREE_BYTES);
    }

    private static void gauges(Metrics metrics, FleetStore fleet, EventHub events) {
        metrics.gauge("fleetfit.devices", "Enrolled devices", () -> fleet.devices(Selector.all(), null, 1)
                .total());
        metrics.gauge("fleetfit.event.listeners", "Callers that follow the event stream", events::listeners);
    }

    private <T extends AutoCloseable> T closeLater(T part) {
        parts.push(part);
        return part;
    }

    /** The port of the API. */
    public int httpPort() {
        return started().port();
    }

    /** Methods and paths of the API, in the form {@code GET /api/v1/models/{model}}. */
    Set<String> routes() {
        return started().routes();
    }

    private ApiServer started() {
        if (api == null) {
            throw new IllegalStateException("the controller has not started");
        }
        return api;
    }

    /** The port of the broker. */
    public int mqttPort() {
        return mqttPort;
    }

    /** The URL of the API. */
    public String url() {
        return (config.http().isTls() ? "https://" : "http://") + config.http().host() + ":" + httpPort();
    }

    private String brokerUrl() {
        Config.Mqtt mqtt = config.mqtt();
        if (mqtt.publicUrl() != null) {
            return mqtt.publicUrl();
        }
        if (mqtt.externalUrl() != null) {
            return mqtt.externalUrl();
        }
        return (mqtt.listener().isTls() ? "mqtts://" : "mqtt://")
                + mqtt.listener().host() + ":" + mqttPort;
    }

    /** The first admin token, at the first start of a data folder; it is not stored and never shown again. */
    public Optional<String> firstToken() {
        return firstToken;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.warn("a part did not close cleanly", e);
            }
        }
    }
}

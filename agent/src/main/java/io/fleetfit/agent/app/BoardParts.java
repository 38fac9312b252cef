package io.fleetfit.agent.app;

import io.fleetfit.agent.isolate.ClassArchive;
import io.fleetfit.agent.isolate.Launcher;
import io.fleetfit.agent.probe.CapabilityProbe;
import io.fleetfit.agent.qualify.BoardMemory;
import io.fleetfit.agent.qualify.ChildQualifier;
import io.fleetfit.agent.qualify.QualifyMain;
import io.fleetfit.agent.runtime.InProcessQualifier;
import io.fleetfit.agent.runtime.ModelSlots;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.agent.runtime.OrtVariantRuntime;
import io.fleetfit.agent.runtime.Qualifier;
import io.fleetfit.agent.serve.LocalApi;
import io.fleetfit.agent.serve.WatchedFolder;
import io.fleetfit.agent.telemetry.OpenMetrics;
import io.fleetfit.agent.telemetry.SystemProbe;
import io.fleetfit.agent.telemetry.TelemetryCollector;
import io.fleetfit.agent.update.VariantRuntime;
import io.fleetfit.protocol.Capabilities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.stream.Stream;

/** The parts of an agent on a real board. */
final class BoardParts implements DeviceParts {
    private static final Path ROOT = Path.of("/");

    private final Path blobs;
    private final CapabilityProbe probe;
    private final TelemetryCollector telemetry = new TelemetryCollector();
    private final ModelSlots slots = new ModelSlots();
    private final OrtVariantRuntime runtime;
    private final Launcher launcher;
    private final ClassArchive archive;
    private final SystemProbe windows;
    private final SystemProbe scrapes;
    private final LocalApi api;
    private final Deque<WatchedFolder> watched = new ArrayDeque<>();

    private BoardParts(AgentConfig config, CapabilityProbe probe, String version) throws IOException {
        this.blobs = config.dataDir().resolve("store/blobs");
        this.archive = new ClassArchive(config.dataDir().resolve("cache/classes"));
        this.launcher = new Launcher(config.dataDir().resolve("run/children"), archive);
        OrtEngine engine = new OrtEngine();
        Qualifier qualifier =
                config.trials().isolated() ? isolated(config, launcher, archive) : new InProcessQualifier(engine);
        this.runtime = new OrtVariantRuntime(engine, qualifier, slots, telemetry);
        this.probe = probe;
        this.windows = new SystemProbe(ROOT, config.dataDir());
        this.scrapes = new SystemProbe(ROOT, config.dataDir());
        this.api = LocalApi.start(config.api().host(), config.api().port(), slots, this::metrics, version);
    }

    private static Qualifier isolated(AgentConfig config, Launcher launcher, ClassArchive archive) {
        Thread maker = new Thread(() -> archive.make(launcher, QualifyMain.class.getName()), "fleetfit-class-archive");
        maker.setDaemon(true);
        maker.start();
        return new ChildQualifier(
                launcher, new BoardMemory(ROOT), config.trials().timeout());
    }

    /** Starts the local API and the watched folders. */
    static BoardParts open(AgentConfig config, BuildInfo build) throws IOException {
        CapabilityProbe probe = new CapabilityProbe(
                ROOT,
                config.dataDir(),
                config.models().quotaBytes(),
                config.models().metered(),
                config.declared());
        BoardParts parts = new BoardParts(config, probe, build.version());
        try {
            for (AgentConfig.Watch watch : config.watch()) {
                parts.watched.push(WatchedFolder.start(
                        watch.folder(), watch.model(), watch.output(), parts.slots, Clock.systemUTC()));
            }
            return parts;
        } catch (IOException e) {
            parts.close();
            throw e;
        }
    }

    private synchronized String metrics() {
        return OpenMetrics.text(telemetry.current(), scrapes.read());
    }

    @Override
    public Capabilities capabilities() throws IOException {
        return probe.read(heldBytes());
    }

    private long heldBytes() throws IOException {
        if (!Files.isDirectory(blobs)) {
            return 0;
        }
        long sum = 0;
        try (Stream<Path> files = Files.list(blobs)) {
            for (Path file : files.toList()) {
                sum += Files.exists(file) ? Files.size(file) : 0;
            }
        }
        return sum;
    }

    @Override
    public VariantRuntime runtime() {
        return runtime;
    }

    @Override
    public Window drain(Instant from, Instant to) {
        return new Window(windows.read(), telemetry.drain());
    }

    @Override
    public long inferences() {
        return telemetry.current().stream()
                .mapToLong(recorder -> recorder.totalInferences() + recorder.totalErrors())
                .sum();
    }

    @Override
    public Optional<Launcher> launcher() {
        return Optional.of(launcher);
    }

    @Override
    public int apiPort() {
        return api.port();
    }

    @Override
    public void close() {
        watched.forEach(WatchedFolder::close);
        api.close();
        runtime.close();
        archive.close();
    }
}

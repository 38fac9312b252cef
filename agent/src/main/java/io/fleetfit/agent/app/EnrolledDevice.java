package io.fleetfit.agent.app;

import io.fleetfit.agent.artifact.ContentStore;
import io.fleetfit.agent.artifact.DownloadSettings;
import io.fleetfit.agent.artifact.Downloader;
import io.fleetfit.agent.artifact.StorageLimits;
import io.fleetfit.agent.connect.BrokerSettings;
import io.fleetfit.agent.connect.DeviceChannel;
import io.fleetfit.agent.connect.Spool;
import io.fleetfit.agent.connect.TelemetrySender;
import io.fleetfit.agent.isolate.Launcher;
import io.fleetfit.agent.probe.Probe;
import io.fleetfit.agent.update.DesiredStateReader;
import io.fleetfit.agent.update.FileJournal;
import io.fleetfit.agent.update.MachineTime;
import io.fleetfit.agent.update.UpdateMachine;
import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.Hello;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ProbeReport;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.TelemetryAck;
import io.fleetfit.protocol.Topics;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A device that knows its controller: serves what it served before, then speaks with the controller when it is there. */
final class EnrolledDevice implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EnrolledDevice.class.getName());
    private static final Duration CONFIRMATION = Duration.ofSeconds(30);
    private static final long RESERVE_BYTES = 16L << 20;

    private final AgentConfig config;
    private final Credentials credentials;
    private final DeviceParts parts;
    private final BuildInfo build;
    private final Clock clock = Clock.systemUTC();
    private final String bootId = UUID.randomUUID().toString();
    private final ContentStore store;
    private final Downloader downloader;
    private final UpdateMachine machine;
    private final UpdateLoop loop;
    private final Reporter reporter;
    private final DeviceChannel channel;
    private final Spool spool;
    private final TelemetrySender telemetry;
    private final ScheduledThreadPoolExecutor timer;
    private final Optional<Probe> probe;
    private Instant windowBegin = clock.instant();

    /** Nothing runs yet. */
    EnrolledDevice(AgentConfig config, Credentials credentials, DeviceParts parts, BuildInfo build) throws IOException {
        this.config = config;
        this.credentials = credentials;
        this.parts = parts;
        this.build = build;
        Path data = config.dataDir();
        String deviceId = credentials.deviceId();
        MachineTime time = new MachineTime(clock, System::nanoTime);
        store = ContentStore.open(
                data.resolve("store"), new StorageLimits(config.models().quotaBytes(), RESERVE_BYTES));
        channel = new DeviceChannel(
                broker(),
                new DeviceChannel.Identity(deviceId, bootId, config.models().metered()),
                new Events(),
                clock,
                new SecureRandom());
        downloader = new Downloader(store, channel, DownloadSettings.standard(), time.nanos(), this::wake);
        machine = new UpdateMachine(
                new DesiredStateReader(deviceId, credentials.publicKey(), build.builtAt()),
                new FileJournal(data.resolve("update/journal.json")),
                new UpdateMachine.Machinery(downloader, store, parts.runtime()),
                time,
                this::reportChange,
                this::probeAsked);
        loop = new UpdateLoop(machine);
        reporter = new Reporter(
                deviceId, bootId, clock, machine::report, json -> channel.publish(Topics.Up.REPORTED, json));
        spool = Spool.open(data.resolve("spool"), deviceId, Spool.Limits.standard());
        telemetry = new TelemetrySender(
                spool, json -> channel.publish(Topics.Up.TELEMETRY, json), time.nanos(), CONFIRMATION);
        probe = probe();
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "fleetfit-timer");
            made.setDaemon(true);
            return made;
        });
    }

    private Optional<Probe> probe() throws IOException {
        Optional<Launcher> launcher = parts.launcher();
        if (!config.probe().enabled() || launcher.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Probe(new Probe.Setup(
                config.dataDir().resolve("probe"),
                Path.of("/"),
                launcher.get(),
                parts::capabilities,
                new Idleness(machine::report, parts::inferences, System::nanoTime),
                this::closeWindow,
                clock,
                config.probe().delay())));
    }

    private void probeAsked(long number) {
        probe.ifPresent(asked -> asked.request(number));
    }

    private BrokerSettings broker() {
        Credentials.Mqtt mqtt = credentials.mqtt();
        java.net.URI override = config.controller().broker();
        return new BrokerSettings(
                override == null ? mqtt.url() : override,
                credentials.deviceId(),
                mqtt.username(),
                mqtt.password(),
                config.controller().trustedCertificates(),
                BrokerSettings.Timing.standard());
    }

    /** Serves what was committed, then connects. */
    void start() throws IOException {
        machine.recover();
        loop.start();
        channel.start();
        probe.ifPresent(Probe::start);
        every(config.telemetryInterval(), () -> closeWindow(null));
        every(config.reportInterval(), reporter::progress);
        every(CONFIRMATION, telemetry::pump);
    }

    private void every(Duration interval, Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a regular task failed", e);
            }
        };
        long nanos = interval.toNanos();
        ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(guarded, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    private void wake() {
        loop.wake();
    }

    private void reportChange() {
        if (channel.isConnected()) {
            reporter.changed();
        }
    }

    private synchronized void closeWindow(@Nullable ProbeReport ended) {
        Instant end = clock.instant();
        Instant begin = windowBegin.isBefore(end) ? windowBegin : end; // the clock may have jumped back
        DeviceParts.Window window = parts.drain(begin, end);
        windowBegin = end;
        spool.add(begin, end, window.system(), window.slots(), ended);
        telemetry.pump();
    }

    private Hello hello() throws IOException {
        return new Hello(
                Protocol.VERSION,
                credentials.deviceId(),
                build.version(),
                bootId,
                clock.instant(),
                parts.capabilities(),
                store.held(),
                reporter.next(),
                probe.map(Probe::state).orElse(null));
    }

    /** Stops in the reverse order of the start; the last window goes to the spool. */
    @Override
    public void close() {
        timer.shutdownNow();
        probe.ifPresent(Probe::close);
        loop.close();
        closeWindow(null);
        channel.close();
    }

    /** What the channel hears. */
    private final class Events implements DeviceChannel.Events {
        @Override
        public byte @Nullable [] hello() {
            try {
                return JsonCodec.encode(EnrolledDevice.this.hello());
            } catch (IOException e) {
                LOG.log(Level.ERROR, "the board cannot be probed; no hello is sent", e);
                return null;
            }
        }

        @Override
        public void connected() {
            telemetry.pump();
            loop.wake();
        }

        @Override
        public void disconnected() {
            telemetry.disconnected();
            loop.wake();
        }

        @Override
        public void desired(byte[] envelope) {
            loop.execute(() -> machine.accept(envelope));
        }

        @Override
        public void chunk(ChunkHeader header, byte[] payload) {
            downloader.receive(header, payload);
        }

        @Override
        public void stored(TelemetryAck ack) {
            telemetry.acknowledged(ack);
        }
    }
}

package io.fleetfit.deploy.simulate;

import io.fleetfit.agent.artifact.ChunkLink;
import io.fleetfit.agent.artifact.ContentStore;
import io.fleetfit.agent.artifact.DownloadSettings;
import io.fleetfit.agent.artifact.Downloader;
import io.fleetfit.agent.artifact.StorageLimits;
import io.fleetfit.agent.update.DesiredStateReader;
import io.fleetfit.agent.update.JournalState;
import io.fleetfit.agent.update.MachineTime;
import io.fleetfit.agent.update.UpdateJournal;
import io.fleetfit.agent.update.UpdateMachine;
import io.fleetfit.agent.update.UpdateReport;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ReportedState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One device: the real update machine, content store and downloader over an in-memory link. Its journal survives it; it can
 * be killed at any write of it.
 */
final class SimDevice implements ChunkLink {
    private static final Duration RESTART = Duration.ofSeconds(5);
    private static final Duration RECONNECT = Duration.ofSeconds(4);
    private static final Instant BUILT = Instant.parse("2026-11-01T00:00:00Z");

    /** What differs from device to device. */
    record Nature(boolean slow, boolean full, boolean liar, Duration skew) {}

    final String id;
    final Nature nature;
    private final SimWorld world;
    private final Path folder;
    private final Random random;
    private Optional<JournalState> journal = Optional.empty();
    private Optional<UpdateMachine> machine = Optional.empty();
    private Optional<Downloader> downloader = Optional.empty();
    private Optional<ReportedState> lie = Optional.empty();
    SimRuntime runtime;
    private boolean connected;
    private boolean cutOff;
    private boolean dead;
    private int boot;
    private long sequence;
    private long wakes;

    SimDevice(String id, Nature nature, SimWorld world, Path folder, long seed) {
        this.id = id;
        this.nature = nature;
        this.world = world;
        this.folder = folder;
        this.random = new Random(seed);
        this.runtime = newRuntime();
    }

    private SimRuntime newRuntime() {
        return new SimRuntime(variant -> world.fails(id, variant));
    }

    /** A new process on the same disk. */
    void start() {
        boot++;
        sequence = 0;
        runtime = newRuntime();
        guarded(() -> {
            long quota = nature.full() && world.faulty() ? 10_000 : Long.MAX_VALUE;
            ContentStore store = ContentStore.open(folder, new StorageLimits(quota, 0));
            downloader = Optional.of(new Downloader(
                    store,
                    this,
                    new DownloadSettings(16, 4, Duration.ofSeconds(2), Duration.ofSeconds(30), 6, 5),
                    world.time::nanos,
                    this::wake));
            UpdateMachine made = new UpdateMachine(
                    new DesiredStateReader(id, SimSigner.key(), BUILT, world.signer),
                    new Journal(),
                    new UpdateMachine.Machinery(downloader.get(), store, runtime),
                    new MachineTime(Clock.offset(world.time, nature.skew()), world.time::nanos),
                    this::changed);
            made.recover();
            machine = Optional.of(made);
            connect();
        });
        wake();
    }

    private final class Journal implements UpdateJournal {
        @Override
        public Optional<JournalState> read() {
            return journal;
        }

        @Override
        public void write(JournalState state) {
            boolean kill = world.happens(random, world.faults.killDevice());
            if (kill && random.nextBoolean()) {
                throw new Killed();
            }
            journal = Optional.of(state);
            world.changed = true;
            if (kill) {
                throw new Killed();
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void guarded(Work work) {
        try {
            work.run();
        } catch (Killed e) {
            machine = Optional.empty();
            disconnect();
            world.time.after(RESTART, this::start);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The machine advances now, and again when it wishes to. */
    void wake() {
        long turn = ++wakes;
        world.time.after(0, () -> advance(turn));
    }

    private void advance(long turn) {
        if (turn != wakes || machine.isEmpty() || dead) {
            return;
        }
        guarded(() -> {
            long wait = machine.get().advance();
            if (wait < Duration.ofDays(1).toNanos()) {
                long next = ++wakes;
                world.time.after(Math.max(1, wait), () -> advance(next));
            }
        });
    }

    void desired(byte[] envelope, @Nullable ReportedState claimed) {
        lie = nature.liar() && world.faulty() ? Optional.ofNullable(claimed) : Optional.empty();
        if (machine.isPresent() && connected) {
            guarded(() -> machine.get().accept(envelope));
            wake();
            lie.ifPresent(it -> changed());
        }
    }

    private void changed() {
        if (connected) {
            world.up(this, this::sendReport);
        }
    }

    private void sendReport(boolean repeated) {
        world.controllerHears(report());
    }

    /** What the device says of itself. */
    ReportedState report() {
        UpdateReport report = machine.map(UpdateMachine::report).orElse(new UpdateReport(0, List.of(), null));
        sequence++;
        if (lie.isPresent()) {
            ReportedState false_ = lie.get();
            return new ReportedState(
                    Protocol.VERSION,
                    id,
                    "boot-" + boot,
                    sequence,
                    world.time.instant(),
                    false_.generation(),
                    false_.slots(),
                    null);
        }
        return new ReportedState(
                Protocol.VERSION,
                id,
                "boot-" + boot,
                sequence,
                world.time.instant(),
                report.generation(),
                report.slots(),
                report.refused());
    }

    /** Generation that the machine has taken up; 0 while it is not running. */
    long generation() {
        return machine.map(it -> it.report().generation()).orElse(0L);
    }

    boolean isUp() {
        return machine.isPresent() && !dead;
    }

    boolean isDead() {
        return dead;
    }

    void die() {
        dead = true;
        machine = Optional.empty();
        disconnect();
    }

    void connect() {
        if (machine.isEmpty() || connected || cutOff || dead) {
            return;
        }
        if (!world.brokerIsUp()) {
            world.time.after(RECONNECT, this::connect);
            return;
        }
        connected = true;
        world.hello(this);
        wake();
    }

    void disconnect() {
        if (connected) {
            connected = false;
            world.lost(this);
            world.time.after(RECONNECT, this::connect);
        }
    }

    void cutOff(Duration length) {
        cutOff = true;
        disconnect();
        world.time.after(length, () -> {
            cutOff = false;
            connect();
        });
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isMetered() {
        return false;
    }

    @Override
    public void open(Digest blob) {}

    @Override
    public void close(Digest blob) {}

    @Override
    public void request(Digest blob, ChunkRequest.Kind kind, List<Integer> numbers) {
        if (!connected) {
            return;
        }
        for (SimBlobs.Part part : world.blobs.answer(blob, kind, numbers)) {
            if (world.happens(random, world.faults.loss())) {
                continue;
            }
            byte[] payload = part.payload();
            if (payload.length > 0 && world.happens(random, world.faults.corrupt())) {
                payload[random.nextInt(payload.length)] ^= 1;
            }
            long millis = (nature.slow() && world.faulty() ? 2_000L : 20L) + random.nextInt(100);
            int process = boot;
            world.time.after(Duration.ofMillis(millis), () -> {
                if (connected && process == boot && machine.isPresent()) {
                    guarded(() -> downloader.ifPresent(it -> it.receive(part.header(), payload)));
                }
            });
        }
    }
}

package io.fleetfit.agent.update;

import io.fleetfit.agent.artifact.BlobRef;
import io.fleetfit.agent.artifact.ChunkServer;
import io.fleetfit.agent.artifact.ContentStore;
import io.fleetfit.agent.artifact.DownloadSettings;
import io.fleetfit.agent.artifact.Downloader;
import io.fleetfit.agent.artifact.StorageLimits;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.DesiredState;
import io.fleetfit.protocol.Dsse;
import io.fleetfit.protocol.DsseEnvelope;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.protocol.VariantManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A device with everything but a network: machine, journal on disk, store on disk, chunks from memory, time by hand. */
final class Rig {
    static final Instant BUILT = Instant.parse("2026-11-01T00:00:00Z");

    final Path folder;
    final ChunkServer server = new ChunkServer();
    final KeyPair key;
    FakeRuntime runtime = new FakeRuntime();
    Instant wall = Instant.parse("2026-11-24T00:00:00Z");
    long nanos = 1;
    StorageLimits limits = StorageLimits.unlimited();
    UpdateMachine machine;
    private @Nullable Downloader downloader;

    /** The write of the journal, counted from 0 over all starts, that kills; negative for none. */
    int killAtWrite = -1;

    /** Whether the write that kills is still made. */
    boolean killAfterWrite;

    int writes;

    Rig(Path folder) throws IOException {
        this.folder = folder;
        this.key = newKey();
        machine = build();
        machine.recover();
    }

    static KeyPair newKey() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A new process on the same disk. */
    void restart() throws IOException {
        server.dropAnswers();
        FakeRuntime before = runtime;
        runtime = new FakeRuntime();
        runtime.failActivate.addAll(before.failActivate);
        runtime.failTrial.addAll(before.failTrial);
        runtime.killOnActivate.addAll(before.killOnActivate);
        runtime.killOnTrial.addAll(before.killOnTrial);
        machine = build();
        machine.recover();
    }

    private UpdateMachine build() throws IOException {
        ContentStore store = ContentStore.open(folder.resolve("store"), limits);
        downloader = new Downloader(
                store,
                server,
                new DownloadSettings(16, 4, Duration.ofSeconds(2), Duration.ofSeconds(30), 5, 3),
                () -> nanos,
                () -> {});
        return new UpdateMachine(
                new DesiredStateReader("device-1", key.getPublic(), BUILT),
                journal(),
                new UpdateMachine.Machinery(downloader, store, runtime),
                new MachineTime(new WallClock(), () -> nanos),
                () -> {});
    }

    private UpdateJournal journal() throws IOException {
        FileJournal file = new FileJournal(folder.resolve("update/journal.json"));
        return new UpdateJournal() {
            @Override
            public Optional<JournalState> read() throws IOException {
                return file.read();
            }

            @Override
            public void write(JournalState state) throws IOException {
                boolean kills = writes++ == killAtWrite;
                if (kills && !killAfterWrite) {
                    throw new FakeRuntime.Killed();
                }
                file.write(state);
                if (kills) {
                    throw new FakeRuntime.Killed();
                }
            }
        };
    }

    private final class WallClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return wall;
        }
    }

    BlobRef blob(int bytes, long seed) {
        return server.add(ChunkServer.randomBytes(bytes, seed));
    }

    Assignment assignment(String slot, String variant, BlobRef blob) {
        VariantManifest manifest = new VariantManifest(
                Protocol.VERSION,
                "digits",
                "1",
                variant,
                "fp32",
                "fp32",
                blob.blob(),
                blob.size(),
                blob.indexDigest(),
                blob.indexSize(),
                new ModelContract(ModelContract.Task.TENSOR, List.of(), List.of(), null, false, List.of(), "top1"));
        DsseEnvelope envelope =
                Dsse.sign(DsseEnvelope.MANIFEST, JsonCodec.encode(manifest), "controller", key.getPrivate());
        return new Assignment(slot, envelope, ExecutionSettings.cpu(), Budget.none(), 60);
    }

    static Assignment budgeted(Assignment assignment, double p95Millis) {
        return new Assignment(
                assignment.slot(),
                assignment.manifest(),
                assignment.settings(),
                new Budget(p95Millis, null),
                assignment.probationSeconds());
    }

    DesiredState desired(long generation, Assignment... assignments) {
        return new DesiredState(
                Protocol.VERSION, "device-1", generation, wall, wall.plus(Duration.ofDays(7)), List.of(assignments));
    }

    byte[] signed(DesiredState desired, KeyPair with) {
        return JsonCodec.encode(
                Dsse.sign(DsseEnvelope.DESIRED_STATE, JsonCodec.encode(desired), "controller", with.getPrivate()));
    }

    void accept(long generation, Assignment... assignments) {
        machine.accept(signed(desired(generation, assignments), key));
    }

    /** Runs until nothing more happens by itself within an hour. */
    void settle() {
        for (int i = 0; i < 10_000; i++) {
            long wait = machine.advance();
            if (server.deliver(this::receive)) {
                continue;
            }
            if (wait > Duration.ofHours(1).toNanos()) {
                return;
            }
            nanos += Math.max(1, wait);
        }
        throw new AssertionError("the machine does not come to rest: " + machine.report());
    }

    private void receive(ChunkHeader header, byte[] payload) {
        java.util.Objects.requireNonNull(downloader).receive(header, payload);
    }

    /** Goes as far as it can at this moment. */
    void settleOnce() {
        machine.advance();
    }

    /** Runs until the slot is in the state. */
    void runTo(UpdateState state) {
        for (int i = 0; i < 10_000 && slot().state() != state; i++) {
            machine.advance();
            if (slot().state() != state && !server.deliver(this::receive)) {
                nanos += 1_000_000_000;
            }
        }
        if (slot().state() != state) {
            throw new AssertionError("does not reach " + state + ": " + slot());
        }
    }

    SlotReport slot() {
        return machine.report().slots().get(0);
    }
}

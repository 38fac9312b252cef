package io.fleetfit.agent.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ErrorCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloaderTest {
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    Path folder;

    private final ChunkServer server = new ChunkServer();
    private final byte[] content = ChunkServer.randomBytes(4 * MEGABYTE, 1);
    private final BlobRef ref = server.add(content);
    private ContentStore store;
    private Downloader downloader;
    private long now = 1_000_000_000L;

    @BeforeEach
    void open() throws IOException {
        restart(StorageLimits.unlimited());
    }

    private void restart(StorageLimits limits) throws IOException {
        store = ContentStore.open(folder, limits);
        downloader = new Downloader(store, server, settings(), () -> now, () -> {});
    }

    private static DownloadSettings settings() {
        return new DownloadSettings(16, 4, Duration.ofSeconds(2), Duration.ofSeconds(30), 5, 3);
    }

    /** Polls and delivers until done; time goes on when nothing is under way. */
    private Path run() throws ArtifactFailure {
        for (int i = 0; i < 100_000; i++) {
            if (downloader.poll(ref, Set.of(ref.blob()))) {
                return store.commit(ref.blob());
            }
            if (!server.deliver(downloader)) {
                now += Math.min(downloader.nanosToNextPoll(ref.blob()), 60_000_000_000L);
            }
        }
        throw new AssertionError("the download does not end");
    }

    @Test
    void bringsABlobAndAsksForEachChunkOnce() throws Exception {
        Path file = run();

        assertThat(Files.readAllBytes(file)).isEqualTo(content);
        assertThat(server.requested).hasSize(server.chunks(ref)).doesNotHaveDuplicates();
        assertThat(server.open).isEmpty();
        assertThat(store.held()).singleElement().satisfies(held -> assertThat(held.size())
                .isEqualTo(content.length));
    }

    @Test
    void survivesLostRepeatedAndCorruptParts() throws Exception {
        Random random = new Random(5);
        server.fault = (header, payload) -> switch (random.nextInt(10)) {
            case 0, 1 -> null;
            case 2 -> flipped(payload);
            default -> payload;
        };

        assertThat(Files.readAllBytes(run())).isEqualTo(content);
    }

    @Test
    void resumesAfterAKillAndLosesNoChunkThatWasWritten() throws Exception {
        long before = 0;
        for (int kill = 0; kill < 5; kill++) {
            int arrivals = 0;
            while (arrivals < 5) {
                downloader.poll(ref, Set.of(ref.blob()));
                arrivals += server.deliver(downloader) ? 1 : 0;
            }
            before = server.sentBytes;
            server.dropAnswers();
            restart(StorageLimits.unlimited());
        }

        run();

        assertThat(before).isPositive();
        assertThat(server.sentBytes).isEqualTo(content.length);
    }

    @Test
    void distrustsMarksWhoseBytesAPowerCutLost() throws Exception {
        while (downloader
                .progress(ref.blob())
                .map(p -> p.bytesDone() < MEGABYTE)
                .orElse(true)) {
            downloader.poll(ref, Set.of(ref.blob()));
            server.deliver(downloader);
        }
        try (RandomAccessFile file = new RandomAccessFile(
                folder.resolve("partial/" + ref.blob().hex() + ".data").toFile(), "rw")) {
            file.write(new byte[1000]);
        }
        restart(StorageLimits.unlimited());

        assertThat(Files.readAllBytes(run())).isEqualTo(content);
    }

    @Test
    void waitsWhileTheLinkIsDownAndAsksAgainWhenItIsBack() throws Exception {
        for (int i = 0; i < 10; i++) {
            downloader.poll(ref, Set.of(ref.blob()));
            server.deliver(downloader);
        }
        server.connected = false;
        server.dropAnswers();
        for (int hours = 0; hours < 100; hours++) {
            now += Duration.ofHours(1).toNanos();
            assertThat(downloader.poll(ref, Set.of(ref.blob()))).isFalse();
            assertThat(downloader.nanosToNextPoll(ref.blob())).isEqualTo(Long.MAX_VALUE);
        }
        server.connected = true;

        assertThat(Files.readAllBytes(run())).isEqualTo(content);
    }

    @Test
    void copiesWhatAHeldBlobShares() throws Exception {
        run();
        byte[] changed = content.clone();
        Arrays.fill(changed, changed.length - 1000, changed.length, (byte) 7);
        BlobRef next = server.add(changed);
        server.sentBytes = 0;

        while (!downloader.poll(next, Set.of(ref.blob(), next.blob()))) {
            server.deliver(downloader);
        }

        assertThat(Files.readAllBytes(store.commit(next.blob()))).isEqualTo(changed);
        assertThat(server.sentBytes).isLessThanOrEqualTo(512 * 1024);
    }

    @Test
    void failsWhenAChunkKeepsArrivingCorrupt() {
        server.fault = (header, payload) ->
                header.kind() == ChunkHeader.Kind.CHUNK && header.number() == 3 ? flipped(payload) : payload;

        assertThatThrownBy(this::run).satisfies(code(ErrorCode.ARTIFACT_CHUNK_DIGEST));
    }

    @Test
    void failsWhenTheIndexKeepsArrivingCorrupt() {
        server.fault = (header, payload) -> header.kind() == ChunkHeader.Kind.INDEX ? flipped(payload) : payload;

        assertThatThrownBy(this::run).satisfies(code(ErrorCode.ARTIFACT_INDEX_DIGEST));
    }

    @Test
    void failsWhenTheControllerStaysSilent() {
        server.fault = (header, payload) -> null;

        assertThatThrownBy(this::run).satisfies(code(ErrorCode.NETWORK_UNREACHABLE));
    }

    @Test
    void refusesABlobBeyondTheQuotaBeforeTheFirstByte() throws Exception {
        restart(new StorageLimits(3L * MEGABYTE, 0));

        assertThatThrownBy(this::run).satisfies(code(ErrorCode.STORAGE_QUOTA)).satisfies(e -> {
            ArtifactFailure failure = (ArtifactFailure) e;
            assertThat(failure.error().needed()).isEqualTo(4.0 * MEGABYTE);
            assertThat(failure.error().available()).isEqualTo(3.0 * MEGABYTE);
        });
        assertThat(server.open).isEmpty();
    }

    @Test
    void refusesABlobThatTheDiskCannotHold() throws Exception {
        restart(new StorageLimits(Long.MAX_VALUE, Long.MAX_VALUE / 2));

        assertThatThrownBy(this::run).satisfies(code(ErrorCode.STORAGE_FULL));
    }

    @Test
    void dropsUnneededBlobsForRoomAndKeepsNeededOnes() throws Exception {
        restart(new StorageLimits(9L * MEGABYTE, 0));
        run();
        BlobRef second = server.add(ChunkServer.randomBytes(4 * MEGABYTE, 2));
        BlobRef third = server.add(ChunkServer.randomBytes(4 * MEGABYTE, 3));
        bring(second, Set.of(ref.blob(), second.blob()));

        bring(third, Set.of(second.blob(), third.blob()));

        Set<Digest> held = new HashSet<>();
        store.held().forEach(blob -> held.add(blob.digest()));
        assertThat(held).containsExactlyInAnyOrder(second.blob(), third.blob());
    }

    private void bring(BlobRef blob, Set<Digest> keep) throws ArtifactFailure {
        while (!downloader.poll(blob, keep)) {
            server.deliver(downloader);
        }
        store.commit(blob.blob());
    }

    @Test
    void neverShowsABlobWhoseBytesChangedOnDisk() throws Exception {
        Path file = run();
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.write(1);
        }

        assertThatThrownBy(() -> store.verify(ref.blob())).satisfies(code(ErrorCode.ARTIFACT_DIGEST));

        assertThat(store.find(ref.blob())).isEmpty();
    }

    private static java.util.function.Consumer<Throwable> code(ErrorCode code) {
        return e -> assertThat(((ArtifactFailure) e).error().code()).isEqualTo(code);
    }

    private static byte[] flipped(byte[] payload) {
        byte[] copy = payload.clone();
        copy[copy.length / 2] ^= 1;
        return copy;
    }
}

package io.fleetfit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.Digest;
import io.fleetfit.store.FileBlobStore;
import io.fleetfit.store.MovingClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadSessionsTest {
    private static final UploadLimits LIMITS = new UploadLimits(2_000_000, 3_000_000, 0, Duration.ofHours(1));
    private static final byte[] BYTES = bytes(1_000_000);
    private static final Digest DIGEST = Digest.of(BYTES);

    @TempDir
    Path temporary;

    private final MovingClock clock = new MovingClock(Instant.parse("2026-11-01T12:00:00Z"));
    private FileBlobStore blobs;
    private UploadSessions uploads;

    @BeforeEach
    void givenNoUploads() throws IOException {
        blobs = new FileBlobStore(temporary.resolve("blobs"), clock);
        uploads = reopened();
    }

    private UploadSessions reopened() throws IOException {
        return new UploadSessions(temporary.resolve("uploads"), blobs, LIMITS, clock);
    }

    @Test
    void makesABlobOfAStream() throws IOException {
        Upload announced = uploads.create(BYTES.length, DIGEST);
        assertThat(announced.offset()).isZero();

        Upload full = uploads.append(announced.id(), 0, new ByteArrayInputStream(BYTES));

        assertThat(full.state()).isEqualTo(Upload.State.COMPLETE);
        assertThat(full.sha256()).isEqualTo(DIGEST);
        assertThat(uploads.get(announced.id())).isEqualTo(full);
        assertThat(uploads.referenced()).containsExactly(DIGEST);
        assertThat(blobs.file(DIGEST)).hasBinaryContent(BYTES);
        assertThat(temporary.resolve("uploads")).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void computesTheDigestThatNobodyAnnounced() throws IOException {
        Upload announced = uploads.create(BYTES.length, null);

        Upload full = uploads.append(announced.id(), 0, ByteBuffer.wrap(BYTES));

        assertThat(full.sha256()).isEqualTo(DIGEST);
    }

    @Test
    void goesOnAfterEveryRestart() throws IOException {
        String id = uploads.create(BYTES.length, DIGEST).id();
        for (int offset = 0; offset < BYTES.length; offset += 250_000) {
            assertThat(uploads.get(id).offset()).isEqualTo(offset);
            uploads.append(id, offset, ByteBuffer.wrap(BYTES, offset, 250_000));
            uploads = reopened();
        }

        assertThat(uploads.get(id).state()).isEqualTo(Upload.State.COMPLETE);
        assertThat(blobs.verify(DIGEST)).isTrue();
    }

    @Test
    void keepsWhatCameBeforeTheStreamBroke() throws IOException {
        String id = uploads.create(BYTES.length, DIGEST).id();
        InputStream broken = new SequenceInputStream(
                new ByteArrayInputStream(BYTES, 0, 600_000), new FailingStream("connection reset"));

        assertThatThrownBy(() -> uploads.append(id, 0, broken)).hasMessage("connection reset");

        int offset = (int) uploads.get(id).offset();
        assertThat(offset).isEqualTo(600_000);
        Upload full = uploads.append(id, offset, ByteBuffer.wrap(BYTES, offset, BYTES.length - offset));
        assertThat(full.state()).isEqualTo(Upload.State.COMPLETE);
    }

    @Test
    void finishesAFullUploadThatWasNotYetChecked() throws IOException {
        String id = uploads.create(BYTES.length, DIGEST).id();
        Files.write(temporary.resolve("uploads").resolve(id + ".part"), BYTES);
        uploads = reopened();
        assertThat(uploads.get(id).state()).isEqualTo(Upload.State.OPEN);

        Upload full = uploads.append(id, BYTES.length, ByteBuffer.allocate(0));

        assertThat(full.state()).isEqualTo(Upload.State.COMPLETE);
    }

    @Test
    void knowsABlobThatWasAdoptedJustBeforeAKill() throws IOException {
        Upload open = uploads.create(BYTES.length, DIGEST);
        Path file = Files.write(temporary.resolve("file"), BYTES);
        blobs.adopt(file, DIGEST);

        uploads = reopened();

        assertThat(uploads.get(open.id()).state()).isEqualTo(Upload.State.COMPLETE);
    }

    @Test
    void needsNoBytesOfABlobThatIsHere() throws IOException {
        uploads.append(uploads.create(BYTES.length, null).id(), 0, ByteBuffer.wrap(BYTES));

        Upload again = uploads.create(BYTES.length, DIGEST);

        assertThat(again.state()).isEqualTo(Upload.State.COMPLETE);
        assertThat(again.offset()).isEqualTo(BYTES.length);
        assertThat(uploads.append(again.id(), BYTES.length, ByteBuffer.allocate(0)))
                .isEqualTo(again);
    }

    @Test
    void saysWhereToGoOn() throws IOException {
        String id = uploads.create(BYTES.length, DIGEST).id();
        uploads.append(id, 0, ByteBuffer.wrap(BYTES, 0, 100));

        assertThatThrownBy(() -> uploads.append(id, 50, ByteBuffer.wrap(BYTES, 50, 100)))
                .isInstanceOfSatisfying(
                        WrongOffset.class, e -> assertThat(e.expected()).isEqualTo(100));

        assertThat(uploads.get(id).offset()).isEqualTo(100);
    }

    @Test
    void dropsAFileOfAnotherDigest() throws IOException {
        String id = uploads.create(BYTES.length, DIGEST).id();
        byte[] wrong = BYTES.clone();
        wrong[500]++;

        assertThatThrownBy(() -> uploads.append(id, 0, ByteBuffer.wrap(wrong)))
                .isInstanceOfSatisfying(
                        Invalid.class, e -> assertThat(e.field()).isEqualTo("sha256"))
                .hasMessageContaining(DIGEST.hex());

        assertThatThrownBy(() -> uploads.get(id)).isInstanceOf(NotFound.class);
        assertThat(blobs.contains(Digest.of(wrong))).isFalse();
        assertThat(temporary.resolve("uploads")).isEmptyDirectory();
    }

    @Test
    void takesNoMoreThanAnnounced() throws IOException {
        String id = uploads.create(100, null).id();

        assertThatThrownBy(() -> uploads.append(id, 0, ByteBuffer.wrap(Arrays.copyOf(BYTES, 101))))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("100 bytes");
    }

    @Test
    void refusesBeforeTheFirstByteWhatHasNoRoom() throws IOException {
        assertThatThrownBy(() -> uploads.create(0, null)).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> uploads.create(2_000_001, null))
                .isInstanceOfSatisfying(
                        Invalid.class, e -> assertThat(e.remedy()).contains("2000000"));
        uploads.create(2_000_000, null);
        assertThatThrownBy(() -> uploads.create(1_000_001, null)).isInstanceOfSatisfying(NoSpace.class, e -> {
            assertThat(e.needed()).isEqualTo(1_000_001);
            assertThat(e.available()).isEqualTo(1_000_000);
        });
        UploadLimits reserveAll = new UploadLimits(10, 10, Long.MAX_VALUE / 2, Duration.ofHours(1));
        UploadSessions noDisk = new UploadSessions(temporary.resolve("other"), blobs, reserveAll, clock);
        assertThatThrownBy(() -> noDisk.create(1, null))
                .isInstanceOf(NoSpace.class)
                .hasMessageContaining("disk");
    }

    @Test
    void expiresWhatGetsNoBytes() throws IOException {
        String idle = uploads.create(BYTES.length, null).id();
        String busy = uploads.create(BYTES.length, null).id();
        clock.advance(Duration.ofMinutes(50));
        uploads.append(busy, 0, ByteBuffer.wrap(BYTES, 0, 10));
        clock.advance(Duration.ofMinutes(11));

        assertThat(uploads.expire()).extracting(Upload::id).containsExactly(idle);

        assertThatThrownBy(() -> uploads.get(idle)).isInstanceOf(NotFound.class);
        assertThat(uploads.get(busy).offset()).isEqualTo(10);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static final class FailingStream extends InputStream {
        private final String message;

        FailingStream(String message) {
            this.message = message;
        }

        @Override
        public int read() throws IOException {
            throw new IOException(message);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            throw new IOException(message);
        }
    }
}

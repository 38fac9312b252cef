package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.Digest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBlobStoreTest {
    private static final byte[] BYTES = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final Digest DIGEST = Digest.of(BYTES);

    @TempDir
    Path temporary;

    private FileBlobStore store;

    @BeforeEach
    void givenAnEmptyStore() throws IOException {
        store = new FileBlobStore(temporary.resolve("blobs"), Clock.fixed(Samples.AT, ZoneOffset.UTC));
    }

    @Test
    void givesBackWhatItAdopted() throws IOException {
        Path file = file(BYTES);

        store.adopt(file, DIGEST);

        assertThat(file).doesNotExist();
        assertThat(store.contains(DIGEST)).isTrue();
        assertThat(store.size(DIGEST)).isEqualTo(8);
        try (InputStream in = store.open(DIGEST)) {
            assertThat(in.readAllBytes()).isEqualTo(BYTES);
        }
        assertThat(store.read(DIGEST, 2, 3)).isEqualTo(ByteBuffer.wrap(new byte[] {3, 4, 5}));
        assertThat(store.file(DIGEST)).hasBinaryContent(BYTES);
        assertThat(store.verify(DIGEST)).isTrue();
        assertThat(list(store)).containsExactly(DIGEST);
    }

    @Test
    void refusesBytesOfAnotherDigest() throws IOException {
        Path file = file(BYTES);
        Digest other = Digest.of(new byte[] {9});

        assertThatThrownBy(() -> store.adopt(file, other))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(other.hex())
                .hasMessageContaining(DIGEST.hex());

        assertThat(file).exists();
        assertThat(store.contains(other)).isFalse();
    }

    @Test
    void adoptsTheSameBytesTwice() throws IOException {
        store.adopt(file(BYTES), DIGEST);

        store.adopt(file(BYTES), DIGEST);

        assertThat(list(store)).containsExactly(DIGEST);
    }

    @Test
    void saysWhatIsAbsentOrShort() throws IOException {
        assertThat(store.contains(DIGEST)).isFalse();
        assertThat(store.touch(DIGEST)).isFalse();
        assertThatThrownBy(() -> store.size(DIGEST)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store.file(DIGEST)).isInstanceOf(NoSuchFileException.class);
        store.delete(DIGEST);
        store.adopt(file(BYTES), DIGEST);
        assertThatThrownBy(() -> store.read(DIGEST, 6, 3)).isInstanceOf(EOFException.class);
    }

    @Test
    void deletesOnlyWhatIsOlder() throws IOException {
        store.adopt(file(BYTES), DIGEST);

        assertThat(store.deleteOlder(DIGEST, Samples.AT)).isFalse();
        assertThat(store.deleteOlder(DIGEST, Samples.AT.plusSeconds(1))).isTrue();
        assertThat(store.deleteOlder(DIGEST, Samples.AT.plusSeconds(1))).isFalse();

        assertThat(list(store)).isEmpty();
    }

    @Test
    void seesThatBytesRotted() throws IOException {
        store.adopt(file(BYTES), DIGEST);

        Files.write(store.file(DIGEST), new byte[] {0});

        assertThat(store.verify(DIGEST)).isFalse();
    }

    @Test
    void clearsWhatAnInterruptedCopyLeft() throws IOException {
        store.adopt(file(BYTES), DIGEST);
        Path left = store.file(DIGEST).resolveSibling(DIGEST.hex() + ".partial");
        Files.write(left, new byte[] {1});

        FileBlobStore again = new FileBlobStore(temporary.resolve("blobs"));

        assertThat(left).doesNotExist();
        assertThat(list(again)).containsExactly(DIGEST);
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(Files.createTempFile(temporary, "upload", ".bin"), bytes);
    }

    private static List<Digest> list(FileBlobStore store) throws IOException {
        try (Stream<Digest> all = store.list()) {
            return all.toList();
        }
    }
}

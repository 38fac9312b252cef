package io.fleetfit.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One upload on the disk: {@code ID.json} describes it, {@code ID.part} holds its bytes. The length of the latter is the
 * truth about how many came.
 */
final class UploadFile {
    private static final ObjectMapper JSON = JsonCodec.mapper();
    private static final String DESCRIPTION = ".json";
    private static final int COPY_BYTES = 1 << 18;

    /** The full file is not what was announced. */
    static final class WrongDigest extends IOException {
        private static final long serialVersionUID = 1L;

        private final Digest announced;
        private final Digest actual;

        WrongDigest(Digest announced, Digest actual) {
            super("announced " + announced + ", got " + actual);
            this.announced = announced;
            this.actual = actual;
        }

        Invalid refusal() {
            return new Invalid(
                    "the uploaded bytes have the SHA-256 " + actual + ", announced was " + announced,
                    "sha256",
                    announced,
                    "compare the digest of the file at its source, and upload it again");
        }
    }

    private final Path description;
    private final Path part;
    private final BlobStore blobs;
    private final Clock clock;
    private final Lock lock = new ReentrantLock();
    private volatile Upload state;
    /** Has taken in the bytes before the offset; absent after a restart until bytes come. */
    private @Nullable MessageDigest running;

    private UploadFile(Path description, Upload state, BlobStore blobs, Clock clock) {
        this.description = description;
        this.part = description.resolveSibling(state.id() + ".part");
        this.state = state;
        this.blobs = blobs;
        this.clock = clock;
    }

    static boolean isDescription(Path file) {
        return file.toString().endsWith(DESCRIPTION);
    }

    static UploadFile create(Path directory, Upload state, BlobStore blobs, Clock clock) throws IOException {
        UploadFile upload = new UploadFile(directory.resolve(state.id() + DESCRIPTION), state, blobs, clock);
        upload.describe(state);
        return upload;
    }

    /** Takes up an upload after a restart; it gets its full time again. */
    static UploadFile load(Path description, BlobStore blobs, Clock clock) throws IOException {
        Upload saved = JSON.readValue(description.toFile(), Upload.class);
        UploadFile upload = new UploadFile(description, saved, blobs, clock);
        if (saved.state() == Upload.State.OPEN) {
            long length = Files.exists(upload.part) ? Files.size(upload.part) : 0;
            boolean adopted = length == 0 && saved.sha256() != null && blobs.contains(saved.sha256());
            upload.state = upload.changed(
                    adopted ? saved.size() : length,
                    saved.sha256(),
                    adopted ? Upload.State.COMPLETE : Upload.State.OPEN);
        }
        return upload;
    }

    Upload state() {
        return state;
    }

    Upload append(long offset, ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            if (offset != state.offset()) {
                throw new WrongOffset(offset, state.offset());
            }
            if (bytes.remaining() > state.size() - offset) {
                throw new Invalid(
                        "the upload was announced with " + state.size() + " bytes, and more came",
                        "size",
                        offset + bytes.remaining(),
                        "announce an upload of the file's length");
            }
            if (state.state() == Upload.State.OPEN) {
                write(bytes);
                if (state.offset() == state.size()) {
                    finish();
                }
            }
            return state;
        } finally {
            lock.unlock();
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        MessageDigest digest = running();
        long at = state.offset();
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                ByteBuffer written = bytes.duplicate();
                int n = channel.write(bytes, at);
                digest.update(written.limit(written.position() + n));
                at += n;
                state = changed(at, state.sha256(), Upload.State.OPEN);
            }
        } catch (IOException e) {
            long free = Files.getFileStore(description).getUsableSpace();
            if (free < bytes.remaining()) {
                throw new NoSpace("disk", state.size() - at, free, "free space, then go on from offset " + at);
            }
            throw e;
        }
    }

    /** Bytes beyond the offset, which a failed write may have left, are overwritten and not counted. */
    private MessageDigest running() throws IOException {
        if (running == null) {
            MessageDigest digest = Digest.sha256();
            if (state.offset() > 0) {
                try (InputStream in = Files.newInputStream(part)) {
                    byte[] buffer = new byte[COPY_BYTES];
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        digest.update(buffer, 0, n);
                    }
                }
            }
            running = digest;
        }
        return running;
    }

    /** The digest is on the disk before the file is moved, so that a kill between the two is told from a loss. */
    private void finish() throws IOException {
        Digest actual = Digest.finish(running());
        running = null;
        Digest announced = state.sha256();
        if (announced != null && !announced.equals(actual)) {
            delete();
            throw new WrongDigest(announced, actual);
        }
        describe(changed(state.size(), actual, Upload.State.OPEN));
        blobs.adopt(part, actual);
        describe(changed(state.size(), actual, Upload.State.COMPLETE));
    }

    void delete() throws IOException {
        lock.lock();
        try {
            Files.deleteIfExists(part);
            Files.deleteIfExists(description);
        } finally {
            lock.unlock();
        }
    }

    private Upload changed(long offset, @Nullable Digest sha256, Upload.State next) {
        return new Upload(state.id(), state.size(), offset, sha256, next, state.createdAt(), clock.instant());
    }

    private void describe(Upload next) throws IOException {
        Path temporary = description.resolveSibling(next.id() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(ByteBuffer.wrap(JSON.writeValueAsBytes(next)));
            channel.force(true);
        }
        Files.move(temporary, description, StandardCopyOption.ATOMIC_MOVE);
        state = next;
    }
}

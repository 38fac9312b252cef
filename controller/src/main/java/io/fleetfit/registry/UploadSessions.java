package io.fleetfit.registry;

import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Resumable uploads that become blobs. Bytes go straight to a file and through a running SHA-256; a restart of the
 * controller keeps what came, and the digest is brought up to date once when the upload goes on. An upload that is full is
 * checked and adopted as a blob at once. Thread-safe; calls block on the disk.
 *
 * <p>Space is checked when an upload is announced, against the largest file, the bytes that all open uploads may still
 * bring, and the disk: {@link NoSpace} comes before the first byte.
 */
public final class UploadSessions implements BlobReferences {
    private static final int COPY_BYTES = 1 << 18;
    private static final int ID_BYTES = 12;

    private final Path directory;
    private final BlobStore blobs;
    private final UploadLimits limits;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, UploadFile> uploads = new ConcurrentHashMap<>();

    /** Takes up the uploads in {@code directory}, which should lie on the same file system as the blobs. */
    public UploadSessions(Path directory, BlobStore blobs, Clock clock) throws IOException {
        this(directory, blobs, UploadLimits.DEFAULT, clock);
    }

    /** The same with limits. */
    public UploadSessions(Path directory, BlobStore blobs, UploadLimits limits, Clock clock) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.blobs = blobs;
        this.limits = limits;
        this.clock = clock;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(UploadFile::isDescription).toList()) {
                UploadFile upload = UploadFile.load(file, blobs, clock);
                uploads.put(upload.state().id(), upload);
            }
        }
    }

    /**
     * Announces a file.
     *
     * @param size its length in bytes
     * @param sha256 its digest if the sender knows it; a blob that is here already completes the upload at once
     * @throws Invalid if the size is not positive or beyond the limit
     * @throws NoSpace if the quota or the disk has no room
     */
    public synchronized Upload create(long size, @Nullable Digest sha256) throws IOException {
        if (size < 1 || size > limits.maxBytes()) {
            throw new Invalid(
                    "an upload of " + size + " bytes is not possible",
                    "size",
                    size,
                    "send 1 to " + limits.maxBytes() + " bytes");
        }
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        boolean known = sha256 != null && blobs.touch(sha256);
        if (!known) {
            requireSpace(size);
        }
        Instant now = clock.instant();
        Upload.State state = known ? Upload.State.COMPLETE : Upload.State.OPEN;
        UploadFile upload = UploadFile.create(
                directory,
                new Upload(HexFormat.of().formatHex(id), size, known ? size : 0, sha256, state, now, now),
                blobs,
                clock);
        uploads.put(upload.state().id(), upload);
        return upload.state();
    }

    private void requireSpace(long size) throws IOException {
        long missing = list().stream()
                .filter(upload -> upload.state() == Upload.State.OPEN)
                .mapToLong(upload -> upload.size() - upload.offset())
                .sum();
        long pending = list().stream()
                .filter(upload -> upload.state() == Upload.State.OPEN)
                .mapToLong(Upload::size)
                .sum();
        long quota = limits.maxPendingBytes() - pending;
        if (size > quota) {
            throw new NoSpace("upload quota", size, Math.max(0, quota), "finish or cancel other uploads first");
        }
        long disk = Files.getFileStore(directory).getUsableSpace() - limits.reservedDiskBytes() - missing;
        if (size > disk) {
            throw new NoSpace("disk", size, Math.max(0, disk), "free space on the controller's data directory");
        }
    }

    /** The upload; {@link NotFound} if there is none or it expired. */
    public Upload get(String id) {
        return require(id).state();
    }

    /** All uploads that are open or were completed lately. */
    public Collection<Upload> list() {
        return uploads.values().stream().map(UploadFile::state).toList();
    }

    /**
     * Adds the remaining bytes of the buffer; the upload that they fill is checked and becomes a blob.
     *
     * @throws WrongOffset if {@code offset} is not where the upload ends
     * @throws Invalid if there are too many bytes, or the full file has not the announced digest; it is dropped then
     * @throws NoSpace if the disk is full; what came before stays
     */
    public Upload append(String id, long offset, ByteBuffer bytes) throws IOException {
        UploadFile upload = require(id);
        try {
            return upload.append(offset, bytes);
        } catch (UploadFile.WrongDigest e) {
            uploads.remove(id);
            throw e.refusal();
        }
    }

    /** Adds all bytes of the stream; what came before the stream broke stays. */
    public Upload append(String id, long offset, InputStream in) throws IOException {
        byte[] buffer = new byte[COPY_BYTES];
        Upload state = append(id, offset, ByteBuffer.allocate(0));
        int filled = 0;
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer, filled, COPY_BYTES - filled)) {
                filled += n;
                if (filled == COPY_BYTES) {
                    filled = 0;
                    state = append(id, state.offset(), ByteBuffer.wrap(buffer));
                }
            }
        } finally {
            if (filled > 0) {
                state = append(id, state.offset(), ByteBuffer.wrap(buffer, 0, filled));
            }
        }
        return state;
    }

    /** Drops an upload; a blob that it became stays. */
    public void cancel(String id) throws IOException {
        require(id).delete();
        uploads.remove(id);
    }

    /** Drops uploads that got no bytes for long, and forgets old complete ones; which. */
    public List<Upload> expire() throws IOException {
        Instant limit = clock.instant().minus(limits.expiry());
        List<Upload> old = list().stream()
                .filter(upload -> upload.changedAt().isBefore(limit))
                .toList();
        for (Upload upload : old) {
            cancel(upload.id());
        }
        return old;
    }

    /** Blobs that complete uploads became and that nobody may have registered yet. */
    @Override
    public Set<Digest> referenced() {
        return list().stream()
                .filter(upload -> upload.state() == Upload.State.COMPLETE)
                .flatMap(upload -> Stream.ofNullable(upload.sha256()))
                .collect(Collectors.toSet());
    }

    private UploadFile require(String id) {
        UploadFile upload = uploads.get(id);
        if (upload == null) {
            throw new NotFound("upload", id, "it expired or was never announced; announce a new one");
        }
        return upload;
    }
}

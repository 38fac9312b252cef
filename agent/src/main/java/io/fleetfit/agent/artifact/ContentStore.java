package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.ChunkIndex;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.HeldBlob;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.UpdateError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The blobs on this device by digest, within a quota. A file stands under {@code blobs/} only after its whole digest was
 * checked; what is on its way stands under {@code partial/}. The chunk index of every blob is kept, so that a later blob
 * can copy the chunks that they share. Thread-safe.
 */
public final class ContentStore {
    private static final int READ_BYTES = 256 * 1024;
    private static final String DATA = ".data";
    private static final String BITS = ".bits";

    private final Path blobs;
    private final Path partials;
    private final Path indexes;
    private final StorageLimits limits;
    private final Map<Digest, Long> sizes = new TreeMap<>();

    private ContentStore(Path folder, StorageLimits limits) {
        this.blobs = folder.resolve("blobs");
        this.partials = folder.resolve("partial");
        this.indexes = folder.resolve("index");
        this.limits = limits;
    }

    /** Opens the store in {@code folder}, making it if it is not there. */
    public static ContentStore open(Path folder, StorageLimits limits) throws IOException {
        ContentStore store = new ContentStore(folder, limits);
        for (Path part : List.of(store.blobs, store.partials, store.indexes)) {
            Files.createDirectories(part);
        }
        store.load();
        return store;
    }

    private void load() throws IOException {
        for (Path file : list(blobs)) {
            String name = file.getFileName().toString();
            if (name.matches("[0-9a-f]{64}")) {
                sizes.put(new Digest(name), Files.size(file));
            }
        }
    }

    /** The checked file of a blob, if it is here. */
    public synchronized Optional<Path> find(Digest blob) {
        return sizes.containsKey(blob) ? Optional.of(blobs.resolve(blob.hex())) : Optional.empty();
    }

    /** All complete blobs. */
    public synchronized List<HeldBlob> held() {
        return sizes.entrySet().stream()
                .map(entry -> new HeldBlob(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** The chunk index of a blob, complete or on its way, if it is here and has the right digest. */
    Optional<ChunkIndex> index(Digest blob, Digest indexDigest) throws IOException {
        Path file = indexes.resolve(blob.hex());
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(file);
        return Digest.of(bytes).equals(indexDigest) ? decode(bytes) : Optional.empty();
    }

    private static Optional<ChunkIndex> decode(byte[] bytes) {
        try {
            return Optional.of(ChunkIndex.decode(bytes));
        } catch (ProtocolException e) {
            return Optional.empty();
        }
    }

    /** The chunk indexes of the complete blobs, to find chunks in them; one that cannot be read is left out. */
    synchronized Map<Digest, ChunkIndex> heldIndexes() throws IOException {
        Map<Digest, ChunkIndex> found = new TreeMap<>();
        for (Digest blob : sizes.keySet()) {
            Path file = indexes.resolve(blob.hex());
            if (Files.exists(file)) {
                decode(Files.readAllBytes(file)).ifPresent(index -> found.put(blob, index));
            }
        }
        return found;
    }

    void saveIndex(Digest blob, byte[] bytes) throws IOException {
        DurableFiles.write(indexes.resolve(blob.hex()), bytes);
    }

    /**
     * Makes sure, before the first byte comes, that the blob will fit: drops blobs and partial blobs that are not in
     * {@code keep} when the quota asks for it.
     *
     * @throws ArtifactFailure {@code STORAGE_QUOTA} or {@code STORAGE_FULL} with needed and available bytes
     */
    public synchronized void makeRoom(Digest blob, long size, Set<Digest> keep) throws ArtifactFailure {
        try {
            dropPartialsExcept(blob, keep);
            long other = keptBytes(blob, keep);
            if (size > limits.quotaBytes() - other) {
                throw full(ErrorCode.STORAGE_QUOTA, "the model quota", size, limits.quotaBytes() - other);
            }
            if (usedBytes(blob) + size > limits.quotaBytes()) {
                evict(keep);
            }
            long missing = size - allocated(partials.resolve(blob.hex() + DATA));
            if (missing > free()) {
                evict(keep);
            }
            if (missing > free()) {
                throw full(ErrorCode.STORAGE_FULL, "the disk", missing, free());
            }
        } catch (IOException e) {
            throw ArtifactFailure.io("checking the room for " + blob.shortHex(), e);
        }
    }

    private static ArtifactFailure full(ErrorCode code, String what, long needed, long available) {
        return new ArtifactFailure(
                new UpdateError(
                        code,
                        what + " has no room: " + needed + " bytes needed, " + Math.max(0, available) + " available",
                        (double) needed,
                        (double) Math.max(0, available)),
                null);
    }

    private long free() throws IOException {
        return Files.getFileStore(partials).getUsableSpace() - limits.reserveBytes();
    }

    private static long allocated(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private long usedBytes(Digest except) {
        return sizes.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(except))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private long keptBytes(Digest except, Set<Digest> keep) {
        return sizes.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(except) && keep.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private void dropPartialsExcept(Digest blob, Set<Digest> keep) throws IOException {
        for (Path file : list(partials)) {
            String name = file.getFileName().toString();
            boolean wanted = name.startsWith(blob.hex()) || keep.stream().anyMatch(kept -> name.startsWith(kept.hex()));
            if (!wanted) {
                Files.delete(file);
            }
        }
    }

    /** Gives back what a download took that found the disk full. */
    void dropPartial(Digest blob) throws ArtifactFailure {
        try {
            Files.deleteIfExists(partials.resolve(blob.hex() + DATA));
            Files.deleteIfExists(partials.resolve(blob.hex() + BITS));
        } catch (IOException e) {
            throw ArtifactFailure.io("deleting the partial " + blob.shortHex(), e);
        }
    }

    PartialBlob openPartial(Digest blob, ChunkIndex index) throws IOException {
        return PartialBlob.open(partials.resolve(blob.hex() + DATA), partials.resolve(blob.hex() + BITS), index);
    }

    /** Opens a complete blob to copy chunks from it. */
    FileChannel openForCopy(Digest blob) throws IOException {
        return FileChannel.open(blobs.resolve(blob.hex()), StandardOpenOption.READ);
    }

    /**
     * Checks the digest of a blob whose chunks are all here and moves it among the complete ones; does nothing if it is
     * there already. A blob that fails the check is deleted.
     *
     * @throws ArtifactFailure {@code ARTIFACT_DIGEST} for wrong bytes, {@code STORAGE_…} when reading or writing fails
     */
    public Path commit(Digest blob) throws ArtifactFailure {
        Path target = blobs.resolve(blob.hex());
        if (find(blob).isPresent()) {
            return verify(blob);
        }
        Path data = partials.resolve(blob.hex() + DATA);
        try {
            requireDigest(data, blob);
            try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            long size = Files.size(data);
            DurableFiles.rename(data, target);
            Files.deleteIfExists(partials.resolve(blob.hex() + BITS));
            synchronized (this) {
                sizes.put(blob, size);
            }
            return target;
        } catch (IOException e) {
            throw ArtifactFailure.io("checking blob " + blob.shortHex(), e);
        }
    }

    /**
     * Reads a complete blob again and checks its digest; one that fails is deleted.
     *
     * @throws ArtifactFailure {@code ARTIFACT_UNKNOWN} when it is not here, {@code ARTIFACT_DIGEST} for wrong bytes
     */
    public Path verify(Digest blob) throws ArtifactFailure {
        Path file = find(blob)
                .orElseThrow(() -> ArtifactFailure.of(
                        ErrorCode.ARTIFACT_UNKNOWN, "blob " + blob.shortHex() + " is not on this device"));
        try {
            requireDigest(file, blob);
            return file;
        } catch (IOException e) {
            throw ArtifactFailure.io("reading blob " + blob.shortHex(), e);
        }
    }

    private void requireDigest(Path file, Digest expected) throws IOException, ArtifactFailure {
        Digest found = digestOf(file);
        if (!found.equals(expected)) {
            synchronized (this) {
                sizes.remove(expected);
            }
            Files.deleteIfExists(file);
            Files.deleteIfExists(partials.resolve(expected.hex() + BITS));
            throw ArtifactFailure.of(
                    ErrorCode.ARTIFACT_DIGEST,
                    "the file has the digest " + found.shortHex() + "…, expected " + expected.shortHex() + "…");
        }
    }

    private static Digest digestOf(Path file) throws IOException {
        MessageDigest digest = Digest.sha256();
        byte[] buffer = new byte[READ_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return Digest.finish(digest);
    }

    /** Deletes all complete blobs that are not in {@code keep}. */
    public synchronized void evict(Set<Digest> keep) throws IOException {
        for (Digest blob : List.copyOf(sizes.keySet())) {
            if (!keep.contains(blob)) {
                sizes.remove(blob);
                Files.deleteIfExists(blobs.resolve(blob.hex()));
            }
        }
        for (Path file : list(indexes)) {
            String name = file.getFileName().toString();
            if (sizes.keySet().stream().noneMatch(blob -> blob.hex().equals(name))
                    && keep.stream().noneMatch(blob -> blob.hex().equals(name))) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}

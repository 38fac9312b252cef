package io.fleetfit.mqtt;

import io.fleetfit.protocol.ChunkIndex;
import io.fleetfit.protocol.ContentDefinedChunker;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.registry.BlobStore;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The chunk indexes of blobs: cut once, kept in a folder, the last used ones in memory. A file that is lost or damaged
 * is made again; cutting the same bytes gives the same index.
 */
public final class ChunkIndexes {
    private static final int IN_MEMORY = 64;

    private final BlobStore blobs;
    private final Path folder;
    private final Map<Digest, Indexed> recent = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Indexed> eldest) {
            return size() > IN_MEMORY;
        }
    };

    /**
     * An index with its binary form.
     *
     * @param digest of the binary form
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared; copied nowhere, read by the chunk service alone
    public record Indexed(ChunkIndex index, byte[] encoded, Digest digest, long[] offsets) {
        static Indexed of(ChunkIndex index, byte[] encoded) {
            return new Indexed(index, encoded, Digest.of(encoded), index.offsets());
        }

        /** In how many parts the index travels. */
        int parts() {
            return (encoded.length + ChunkIndex.PART_BYTES - 1) / ChunkIndex.PART_BYTES;
        }
    }

    /** Indexes of the blobs of this store, kept in this folder, which is made if it is absent. */
    public ChunkIndexes(BlobStore blobs, Path folder) throws IOException {
        this.blobs = blobs;
        this.folder = Files.createDirectories(folder);
    }

    /**
     * The index of a blob; reads the whole blob the first time.
     *
     * @throws java.nio.file.NoSuchFileException if the blob is absent
     */
    public Indexed of(Digest blob) throws IOException {
        synchronized (recent) {
            Indexed known = recent.get(blob);
            if (known != null) {
                return known;
            }
        }
        Indexed found = load(blob);
        synchronized (recent) {
            recent.put(blob, found);
        }
        return found;
    }

    private Indexed load(Digest blob) throws IOException {
        Path file = folder.resolve(blob.hex());
        if (Files.exists(file)) {
            byte[] encoded = Files.readAllBytes(file);
            try {
                ChunkIndex index = ChunkIndex.decode(encoded);
                if (index.totalBytes() == blobs.size(blob)) {
                    return Indexed.of(index, encoded);
                }
            } catch (ProtocolException e) {
                Files.delete(file);
            }
        }
        return cut(blob, file);
    }

    private Indexed cut(Digest blob, Path file) throws IOException {
        ChunkIndex index;
        try (InputStream in = new BufferedInputStream(blobs.open(blob), 1 << 16)) {
            index = ContentDefinedChunker.index(in);
        }
        byte[] encoded = index.encode();
        Path draft = Files.createTempFile(folder, "index", ".tmp");
        Files.write(draft, encoded);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return Indexed.of(index, encoded);
    }
}

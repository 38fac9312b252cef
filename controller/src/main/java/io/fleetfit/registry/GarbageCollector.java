package io.fleetfit.registry;

import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Removes blobs that nobody references and that are older than a grace time.
 *
 * <p>References are read first and blobs after, and whoever is about to reference a blob touches it before: a blob that
 * gains its first reference meanwhile is young, and {@link BlobStore#deleteOlder} leaves it. The grace time must be longer
 * than any job that holds a blob before it is registered.
 */
public final class GarbageCollector {
    /**
     * What a collection did.
     *
     * @param kept blobs that stayed
     * @param removed blobs that were removed
     * @param removedBytes their length in all
     */
    public record Collected(int kept, int removed, long removedBytes) {}

    private final BlobStore blobs;
    private final List<BlobReferences> holders;
    private final Duration grace;
    private final Clock clock;

    /** A collector that asks all {@code holders} each time. */
    public GarbageCollector(BlobStore blobs, List<BlobReferences> holders, Duration grace, Clock clock) {
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace time must not be negative, got " + grace);
        }
        this.blobs = blobs;
        this.holders = List.copyOf(holders);
        this.grace = grace;
        this.clock = clock;
    }

    /** Collects once. If one holder fails, nothing is removed. */
    public Collected collect() throws IOException {
        Set<Digest> referenced = new HashSet<>();
        holders.forEach(holder -> referenced.addAll(holder.referenced()));
        Instant limit = clock.instant().minus(grace);
        int kept = 0;
        int removed = 0;
        long removedBytes = 0;
        try (Stream<Digest> all = blobs.list()) {
            for (Digest digest : (Iterable<Digest>) all::iterator) {
                long size = referenced.contains(digest) ? 0 : sizeOrZero(digest);
                if (!referenced.contains(digest) && blobs.deleteOlder(digest, limit)) {
                    removed++;
                    removedBytes += size;
                } else {
                    kept++;
                }
            }
        }
        return new Collected(kept, removed, removedBytes);
    }

    private long sizeOrZero(Digest digest) throws IOException {
        try {
            return blobs.size(digest);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}

package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.ChunkIndex;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The parts of a chunk index that have come. Not thread-safe. */
final class IndexAssembly {
    private final BlobRef ref;
    private final int parts;
    private final SortedMap<Integer, byte[]> here = new TreeMap<>();

    IndexAssembly(BlobRef ref) {
        this.ref = ref;
        this.parts = (int) Math.max(1, (ref.indexSize() + ChunkIndex.PART_BYTES - 1) / ChunkIndex.PART_BYTES);
    }

    /** The first missing parts, no more than one request may name. */
    List<Integer> missing() {
        return IntStream.range(0, parts)
                .filter(i -> !here.containsKey(i))
                .limit(ChunkRequest.MAX_NUMBERS)
                .boxed()
                .toList();
    }

    /** Takes a part; one that cannot belong to this index is ignored. */
    void add(int number, byte[] part) {
        if (number >= 0 && number < parts && part.length <= ChunkIndex.PART_BYTES) {
            here.put(number, part);
        }
    }

    boolean isComplete() {
        return here.size() == parts;
    }

    /** The binary index if it has the right digest and form; empty otherwise, and then no part is left. */
    Optional<byte[]> take() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        here.values().forEach(whole::writeBytes);
        here.clear();
        byte[] bytes = whole.toByteArray();
        return Digest.of(bytes).equals(ref.indexDigest()) && isIndex(bytes) ? Optional.of(bytes) : Optional.empty();
    }

    private static boolean isIndex(byte[] bytes) {
        try {
            ChunkIndex.decode(bytes);
            return true;
        } catch (ProtocolException e) {
            return false;
        }
    }
}

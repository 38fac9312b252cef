package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.ChunkIndex;
import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Copies the chunks that complete blobs on this device share with one on its way. */
final class HeldChunks {
    private HeldChunks() {}

    static void copyInto(PartialBlob target, ChunkIndex wanted, ContentStore store) throws IOException {
        Map<Digest, List<Integer>> missing = new HashMap<>();
        for (int i = target.nextMissing(0); i < wanted.chunks().size(); i = target.nextMissing(i + 1)) {
            missing.computeIfAbsent(wanted.chunks().get(i).digest(), digest -> new ArrayList<>(1))
                    .add(i);
        }
        for (Map.Entry<Digest, ChunkIndex> held : store.heldIndexes().entrySet()) {
            if (missing.isEmpty()) {
                return;
            }
            copyFrom(held.getKey(), held.getValue(), target, missing, store);
        }
    }

    private static void copyFrom(
            Digest blob, ChunkIndex index, PartialBlob target, Map<Digest, List<Integer>> missing, ContentStore store)
            throws IOException {
        long[] offsets = index.offsets();
        try (FileChannel source = store.openForCopy(blob)) {
            for (int i = 0; i < index.chunks().size(); i++) {
                ChunkIndex.Chunk chunk = index.chunks().get(i);
                List<Integer> places = missing.get(chunk.digest());
                if (places == null) {
                    continue;
                }
                ByteBuffer bytes = ByteBuffer.allocate(chunk.length());
                if (PartialBlob.readFully(source, bytes, offsets[i])
                        && Digest.of(bytes.array()).equals(chunk.digest())) {
                    for (int place : places) {
                        target.write(place, bytes.array());
                    }
                    missing.remove(chunk.digest());
                }
            }
        }
    }
}

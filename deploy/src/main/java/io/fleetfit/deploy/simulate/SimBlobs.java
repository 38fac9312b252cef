package io.fleetfit.deploy.simulate;

import io.fleetfit.agent.artifact.BlobRef;
import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.ChunkIndex;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.ContentDefinedChunker;
import io.fleetfit.protocol.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The files that the controller hands out in chunks. */
final class SimBlobs {
    private final Map<Digest, Blob> blobs = new HashMap<>();

    /** A file with what a manifest says of it. */
    @SuppressWarnings("ArrayRecordComponent")
    record Blob(BlobRef ref, byte[] bytes, ChunkIndex index, byte[] encoded) {}

    /** One part on its way. */
    @SuppressWarnings("ArrayRecordComponent")
    record Part(ChunkHeader header, byte[] payload) {}

    /** Random bytes of a seed, as a file. */
    static Blob random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        try {
            ChunkIndex index = ContentDefinedChunker.index(new ByteArrayInputStream(bytes));
            byte[] encoded = index.encode();
            return new Blob(
                    new BlobRef(Digest.of(bytes), length, Digest.of(encoded), encoded.length), bytes, index, encoded);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Blob add(Blob blob) {
        blobs.put(blob.ref().blob(), blob);
        return blob;
    }

    Blob get(Digest digest) {
        return Optional.ofNullable(blobs.get(digest)).orElseThrow();
    }

    /** The answers to a request. */
    List<Part> answer(Digest digest, ChunkRequest.Kind kind, List<Integer> numbers) {
        Blob blob = blobs.get(digest);
        List<Part> parts = new ArrayList<>();
        if (blob == null) {
            parts.add(new Part(new ChunkHeader(digest, ChunkHeader.Kind.UNKNOWN_BLOB, 0), new byte[0]));
            return parts;
        }
        for (int number : numbers) {
            if (kind == ChunkRequest.Kind.INDEX) {
                int from = number * ChunkIndex.PART_BYTES;
                int to = Math.min(blob.encoded().length, from + ChunkIndex.PART_BYTES);
                parts.add(new Part(
                        new ChunkHeader(digest, ChunkHeader.Kind.INDEX, number),
                        Arrays.copyOfRange(blob.encoded(), from, to)));
            } else {
                int from = (int) blob.index().offsets()[number];
                int length = blob.index().chunks().get(number).length();
                parts.add(new Part(
                        new ChunkHeader(digest, ChunkHeader.Kind.CHUNK, number),
                        Arrays.copyOfRange(blob.bytes(), from, from + length)));
            }
        }
        return parts;
    }
}

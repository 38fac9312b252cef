package io.fleetfit.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The chunks of a blob in order. Binary form: the 8 ASCII bytes {@code FFCIDX01}, the number of chunks (4 bytes,
 * big-endian), then for each chunk its digest (32 bytes) and its length (4 bytes, big-endian).
 *
 * @param chunks digest and length of each chunk
 */
public record ChunkIndex(List<Chunk> chunks) {
    /** Size of the parts in which the index itself travels; the last one is shorter. */
    public static final int PART_BYTES = 128 * 1024;

    /** Largest chunk that a reader accepts. */
    public static final int MAX_CHUNK_BYTES = 1 << 20;

    private static final byte[] MAGIC = "FFCIDX01".getBytes(StandardCharsets.US_ASCII);
    private static final int ENTRY_BYTES = Digest.BYTES + Integer.BYTES;

    /** One chunk: the digest of its bytes and its length. */
    public record Chunk(Digest digest, int length) {}

    public ChunkIndex {
        chunks = List.copyOf(chunks);
    }

    /** Length of the blob. */
    public long totalBytes() {
        return chunks.stream().mapToLong(Chunk::length).sum();
    }

    /** Offset of every chunk, and as last element the length of the blob. */
    public long[] offsets() {
        long[] offsets = new long[chunks.size() + 1];
        for (int i = 0; i < chunks.size(); i++) {
            offsets[i + 1] = offsets[i] + chunks.get(i).length();
        }
        return offsets;
    }

    /** The binary form. */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(MAGIC.length + Integer.BYTES + ENTRY_BYTES * chunks.size());
        out.put(MAGIC).putInt(chunks.size());
        for (Chunk chunk : chunks) {
            out.put(chunk.digest().raw()).putInt(chunk.length());
        }
        return out.array();
    }

    /**
     * Reads the binary form.
     *
     * @throws ProtocolException {@link ErrorCode#NETWORK_BAD_MESSAGE} when it is none
     */
    public static ChunkIndex decode(byte[] bytes) throws ProtocolException {
        int header = MAGIC.length + Integer.BYTES;
        if (bytes.length < header || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
            throw bad("it does not start with FFCIDX01");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, MAGIC.length, bytes.length - MAGIC.length);
        int count = in.getInt();
        if (count < 0 || header + (long) count * ENTRY_BYTES != bytes.length) {
            throw bad(count + " chunks do not fill " + bytes.length + " bytes");
        }
        List<Chunk> chunks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] raw = new byte[Digest.BYTES];
            in.get(raw);
            int length = in.getInt();
            if (length <= 0 || length > MAX_CHUNK_BYTES) {
                throw bad("chunk " + i + " has the length " + length);
            }
            chunks.add(new Chunk(Digest.ofRaw(raw), length));
        }
        return new ChunkIndex(chunks);
    }

    private static ProtocolException bad(String why) {
        return new ProtocolException(ErrorCode.NETWORK_BAD_MESSAGE, "not a chunk index: " + why);
    }
}

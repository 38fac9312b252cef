package io.fleetfit.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Cuts bytes into chunks at places that depend on the content alone, so that an insertion moves few cuts: FastCDC with
 * normalised chunking (Xia et al., USENIX ATC 2016). Lengths lie between {@link #MIN_BYTES} and {@link #MAX_BYTES} and
 * are near {@link #AVERAGE_BYTES}; only the last chunk may be shorter.
 */
public final class ContentDefinedChunker {
    /** Shortest chunk but the last. */
    public static final int MIN_BYTES = 32 * 1024;

    /** Length that most chunks are near. */
    public static final int AVERAGE_BYTES = 128 * 1024;

    /** Longest chunk. */
    public static final int MAX_BYTES = 512 * 1024;

    /** Two bits harder than the average asks for, used below the average length. */
    private static final long MASK_BEFORE = mask(19);

    /** Two bits easier, used beyond it. */
    private static final long MASK_AFTER = mask(15);

    /** The gear table is part of the protocol only in so far as both ends of a deduplication share it. */
    private static final long[] GEAR = gear();

    private ContentDefinedChunker() {}

    /** The chunk index of everything that {@code in} gives; reads it to its end, closes nothing. */
    public static ChunkIndex index(InputStream in) throws IOException {
        List<ChunkIndex.Chunk> chunks = new ArrayList<>();
        byte[] buffer = new byte[MAX_BYTES * 4];
        int start = 0;
        int end = 0;
        boolean more = true;
        while (more || start < end) {
            if (more && end - start < MAX_BYTES) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
                int read = in.readNBytes(buffer, end, buffer.length - end);
                end += read;
                more = end == buffer.length;
                continue;
            }
            int length = cut(buffer, start, end);
            chunks.add(new ChunkIndex.Chunk(Digest.of(buffer, start, length), length));
            start += length;
        }
        return new ChunkIndex(chunks);
    }

    /** Length of the chunk that begins at {@code start}. */
    static int cut(byte[] bytes, int start, int end) {
        int available = Math.min(end - start, MAX_BYTES);
        if (available <= MIN_BYTES) {
            return available;
        }
        int average = Math.min(available, AVERAGE_BYTES);
        long hash = 0;
        int i = MIN_BYTES;
        for (; i < average; i++) {
            hash = (hash << 1) + GEAR[bytes[start + i] & 0xff];
            if ((hash & MASK_BEFORE) == 0) {
                return i + 1;
            }
        }
        for (; i < available; i++) {
            hash = (hash << 1) + GEAR[bytes[start + i] & 0xff];
            if ((hash & MASK_AFTER) == 0) {
                return i + 1;
            }
        }
        return available;
    }

    /** The {@code bits} topmost bits: those of a gear hash depend on the most bytes. */
    private static long mask(int bits) {
        return -1L << (64 - bits);
    }

    private static long[] gear() {
        SplittableRandom random = new SplittableRandom(0x666c656574666974L);
        long[] table = new long[256];
        for (int i = 0; i < table.length; i++) {
            table[i] = random.nextLong();
        }
        return table;
    }
}

package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.ChunkIndex;
import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/**
 * A blob on its way: the data file and beside it a bitmap of the chunks that are in it.
 *
 * <p>A chunk's bit is written right after its bytes, so a killed process loses at most the chunk that was being written.
 * Neither is forced to the disk a chunk at a time; instead every marked chunk is checked by its digest when the blob is
 * opened again, so after a power cut a mark without its bytes counts for nothing.
 *
 * <p>Bitmap file: bytes received so far (8 bytes, big-endian), then a bit a chunk, lowest bit first. Not thread-safe.
 */
final class PartialBlob implements AutoCloseable {
    private static final int HEADER_BYTES = Long.BYTES;

    private final ChunkIndex index;
    private final long[] offsets;
    private final FileChannel data;
    private final FileChannel bits;
    private final BitSet present = new BitSet();
    private long doneBytes;
    private long receivedBytes;

    private PartialBlob(ChunkIndex index, FileChannel data, FileChannel bits) {
        this.index = index;
        this.offsets = index.offsets();
        this.data = data;
        this.bits = bits;
    }

    /** Opens or begins; checks what is marked as present. */
    static PartialBlob open(Path dataFile, Path bitsFile, ChunkIndex index) throws IOException {
        FileChannel data = openFile(dataFile);
        try {
            PartialBlob blob = new PartialBlob(index, data, openFile(bitsFile));
            blob.load();
            return blob;
        } catch (IOException | RuntimeException e) {
            data.close();
            throw e;
        }
    }

    private static FileChannel openFile(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private void load() throws IOException {
        int size = (int) Math.min(bits.size(), HEADER_BYTES + (index.chunks().size() + 7L) / 8);
        if (size <= HEADER_BYTES) {
            bits.write(ByteBuffer.allocate(HEADER_BYTES), 0);
            return;
        }
        ByteBuffer content = ByteBuffer.allocate(size);
        readFully(bits, content, 0);
        receivedBytes = content.flip().getLong();
        BitSet marked = BitSet.valueOf(content.slice());
        byte[] buffer = new byte[0];
        for (int i = marked.nextSetBit(0); i >= 0 && i < index.chunks().size(); i = marked.nextSetBit(i + 1)) {
            ChunkIndex.Chunk chunk = index.chunks().get(i);
            if (buffer.length < chunk.length()) {
                buffer = new byte[chunk.length()];
            }
            if (readFully(data, ByteBuffer.wrap(buffer, 0, chunk.length()), offsets[i])
                    && Digest.of(buffer, 0, chunk.length()).equals(chunk.digest())) {
                present.set(i);
                doneBytes += chunk.length();
            }
        }
    }

    boolean has(int chunk) {
        return present.get(chunk);
    }

    boolean isComplete() {
        return present.cardinality() == index.chunks().size();
    }

    /** The first chunk from {@code from} on that is not there; the number of chunks if there is none. */
    int nextMissing(int from) {
        return Math.min(present.nextClearBit(from), index.chunks().size());
    }

    long doneBytes() {
        return doneBytes;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    /** Counts bytes that came over the network. */
    void received(long bytes) throws IOException {
        receivedBytes += bytes;
        bits.write(ByteBuffer.allocate(Long.BYTES).putLong(receivedBytes).flip(), 0);
    }

    /** Writes a chunk whose digest has been checked, then its mark. */
    void write(int chunk, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long position = offsets[chunk];
        while (buffer.hasRemaining()) {
            position += data.write(buffer, position);
        }
        present.set(chunk);
        doneBytes += bytes.length;
        int first = chunk & ~7;
        int mark = 0;
        for (int i = 0; i < 8; i++) {
            mark |= present.get(first + i) ? 1 << i : 0;
        }
        bits.write(ByteBuffer.wrap(new byte[] {(byte) mark}), HEADER_BYTES + chunk / 8);
    }

    /** Puts the bytes on the disk itself. */
    void force() throws IOException {
        data.force(true);
    }

    @Override
    public void close() throws IOException {
        try (data) {
            bits.close();
        }
    }

    /** Fills the buffer from {@code position}; false when the file ends before. */
    static boolean readFully(FileChannel file, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int read = file.read(buffer, at);
            if (read < 0) {
                return false;
            }
            at += read;
        }
        return true;
    }
}

package io.fleetfit.dataset.file;

import io.fleetfit.protocol.TensorSpec;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A NumPy file whose first dimension counts samples, read a block of samples at a time, in any byte order and in C or
 * Fortran order. Holds one block in memory, whatever the file's size. For one thread.
 */
public final class NpyFile implements AutoCloseable {
    private static final int BLOCK_BYTES = 16 << 20;
    private static final int MAX_SAMPLE_BYTES = 1 << 30;

    private final FileChannel channel;
    private final NpyHeader header;
    private final int sampleElements;
    private final long perBlock;
    private ByteBuffer block = ByteBuffer.allocate(0);
    private long blockStart;
    private long blockEnd;

    private NpyFile(FileChannel channel, NpyHeader header, int sampleElements) {
        this.channel = channel;
        this.header = header;
        this.sampleElements = sampleElements;
        this.perBlock = Math.max(
                1,
                BLOCK_BYTES / Math.max(1, (long) sampleElements * header.type().size()));
    }

    /**
     * Opens a file.
     *
     * @param name for messages
     * @throws BadDataSet if it is no array of one or more dimensions, or is cut off
     */
    public static NpyFile open(Path file, String name) throws IOException, BadDataSet {
        NpyHeader header;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            header = NpyHeader.read(in, name);
        }
        if (header.shape().isEmpty()) {
            throw new BadDataSet(name + " is a single number; its first dimension must count the samples");
        }
        long perSample =
                NpyHeader.elements(header.shape().subList(1, header.shape().size()));
        if (perSample < 1 || perSample * header.type().size() > MAX_SAMPLE_BYTES) {
            throw new BadDataSet(name + " has samples of " + perSample + " elements; 1 element to "
                    + MAX_SAMPLE_BYTES / (1 << 20) + " MiB can be used");
        }
        long needed = header.offset() + header.elements() * header.type().size();
        if (Files.size(file) < needed) {
            throw new BadDataSet(name + " has " + Files.size(file) + " bytes, its shape " + header.shape() + " needs "
                    + needed + "; it is cut off, copy it again");
        }
        return new NpyFile(FileChannel.open(file), header, (int) perSample);
    }

    /** Type and order as in the file. */
    public NpyHeader header() {
        return header;
    }

    /** Number of samples. */
    public long samples() {
        return header.shape().get(0);
    }

    /** A sample without the dimension that counts samples. */
    public TensorSpec spec(String input) {
        return new TensorSpec(
                input,
                header.type().datatype(),
                header.shape().subList(1, header.shape().size()));
    }

    /** Elements of sample {@code index}, little-endian in C order; valid until the next call. */
    public ByteBuffer sample(long index) throws IOException {
        if (index < blockStart || index >= blockEnd) {
            load(index);
        }
        int bytes = sampleElements * header.type().size();
        return block.slice((int) (index - blockStart) * bytes, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Sample {@code index} as a file of its own. */
    public byte[] sampleFile(long index) throws IOException {
        byte[] head = NpyHeader.write(
                header.type(), header.shape().subList(1, header.shape().size()));
        ByteBuffer elements = sample(index);
        byte[] file = new byte[head.length + elements.remaining()];
        System.arraycopy(head, 0, file, 0, head.length);
        elements.get(file, head.length, elements.remaining());
        return file;
    }

    private void load(long index) throws IOException {
        int count = (int) Math.min(perBlock, samples() - index);
        int size = header.type().size();
        ByteBuffer raw = ByteBuffer.allocate(count * sampleElements * size);
        if (header.fortran()) {
            loadFortran(raw, index, count);
        } else {
            read(raw, header.offset() + index * sampleElements * size);
        }
        if (header.bigEndian()) {
            swap(raw.array(), size);
        }
        block = raw.clear();
        blockStart = index;
        blockEnd = index + count;
    }

    /** For each place within a sample, in Fortran order, the block's samples lie side by side. */
    private void loadFortran(ByteBuffer target, long index, int count) throws IOException {
        int size = header.type().size();
        List<Long> shape = header.shape().subList(1, header.shape().size());
        ByteBuffer run = ByteBuffer.allocate(count * size);
        int[] position = new int[shape.size()];
        for (int place = 0; place < sampleElements; place++) {
            read(run.clear(), header.offset() + (place * samples() + index) * size);
            int at = rowMajor(position, shape);
            for (int i = 0; i < count; i++) {
                target.put((i * sampleElements + at) * size, run.array(), i * size, size);
            }
            for (int d = 0; d < position.length && ++position[d] == shape.get(d); d++) {
                position[d] = 0;
            }
        }
    }

    private static int rowMajor(int[] position, List<Long> shape) {
        int at = 0;
        for (int d = 0; d < position.length; d++) {
            at = (int) (at * shape.get(d) + position[d]);
        }
        return at;
    }

    private void read(ByteBuffer target, long from) throws IOException {
        long at = from;
        while (target.hasRemaining()) {
            int n = channel.read(target, at);
            if (n < 0) {
                throw new EOFException("the array became shorter while it was read");
            }
            at += n;
        }
    }

    private static void swap(byte[] bytes, int size) {
        for (int start = 0; start < bytes.length; start += size) {
            for (int i = 0; i < size / 2; i++) {
                byte kept = bytes[start + i];
                bytes[start + i] = bytes[start + size - 1 - i];
                bytes[start + size - 1 - i] = kept;
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package io.fleetfit.worker;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An array of NumPy's format (NEP 1, version 1.0) whose rows come one by one: they go to a file, and the head, which tells
 * how many there are, is written when all have come.
 */
final class NpyDraft implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final int FIXED = 10;

    private final Path file;
    private final DataOutputStream out;
    private final String type;
    private String inner = "";
    private int width = -1;
    private long rows;

    /** Rows of elements of {@code type}, such as {@code <f4}. */
    NpyDraft(Path file, String type) throws IOException {
        this.file = file;
        this.type = type;
        out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
    }

    /** Adds a row of floats; {@code shape} is that of one row and must be the same for all. */
    void floats(long[] shape, float[] values) throws IOException {
        if (rows == 0) {
            StringBuilder text = new StringBuilder();
            Arrays.stream(shape).forEach(size -> text.append(size).append(", "));
            inner = text.toString();
            width = values.length;
        }
        if (values.length != width) {
            throw new IOException("row " + rows + " has " + values.length + " values, the first has " + width);
        }
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        out.write(bytes.array());
        rows++;
    }

    /** Adds a whole number. */
    void number(long value) throws IOException {
        out.writeLong(Long.reverseBytes(value));
        rows++;
    }

    /** Ends the array and copies it to {@code target}. */
    void copyTo(OutputStream target) throws IOException {
        out.close();
        String head = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + rows + ", " + inner + "), }";
        int padding = ALIGNMENT - (FIXED + head.length() + 1) % ALIGNMENT;
        byte[] text = (head + " ".repeat(padding % ALIGNMENT) + "\n").getBytes(StandardCharsets.US_ASCII);
        target.write(
                new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, (byte) (text.length >> 8)});
        target.write(text);
        Files.copy(file, target);
    }

    @Override
    public void close() throws IOException {
        out.close();
        Files.deleteIfExists(file);
    }
}

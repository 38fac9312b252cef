package io.fleetfit.dataset.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** NumPy files in memory. */
public final class NpyBytes {
    private NpyBytes() {}

    /** A file of 32-bit floats in C order. */
    public static byte[] of(List<Long> shape, float[] values) {
        byte[] head = NpyHeader.write(NpyType.FLOAT32, shape);
        ByteBuffer bytes =
                ByteBuffer.allocate(head.length + values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(head).asFloatBuffer().put(values);
        return bytes.array();
    }
}

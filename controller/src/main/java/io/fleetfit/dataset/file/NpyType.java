package io.fleetfit.dataset.file;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Element types of NumPy arrays that can become inputs of models, by the letters of NumPy's array protocol. */
public enum NpyType {
    BOOL("b1", 1, "BOOL"),
    INT8("i1", 1, "INT8"),
    UINT8("u1", 1, "UINT8"),
    INT16("i2", 2, "INT16"),
    UINT16("u2", 2, "UINT16"),
    INT32("i4", 4, "INT32"),
    UINT32("u4", 4, "UINT32"),
    INT64("i8", 8, "INT64"),
    UINT64("u8", 8, "UINT64"),
    FLOAT32("f4", 4, "FP32"),
    FLOAT64("f8", 8, "FP64");

    private final String code;
    private final int size;
    private final String datatype;

    NpyType(String code, int size, String datatype) {
        this.code = code;
        this.size = size;
        this.datatype = datatype;
    }

    static Optional<NpyType> ofCode(String code) {
        return Arrays.stream(values()).filter(type -> type.code.equals(code)).findFirst();
    }

    String code() {
        return code;
    }

    /** Bytes of an element. */
    public int size() {
        return size;
    }

    /** Name of the type in the Open Inference Protocol v2. */
    public String datatype() {
        return datatype;
    }

    /** Whether elements are whole numbers. */
    public boolean isInteger() {
        return this != FLOAT32 && this != FLOAT64;
    }

    /** The next element of a buffer in the buffer's byte order. */
    public double next(ByteBuffer bytes) {
        return switch (this) {
            case BOOL -> bytes.get() == 0 ? 0 : 1;
            case INT8 -> bytes.get();
            case UINT8 -> bytes.get() & 0xff;
            case INT16 -> bytes.getShort();
            case UINT16 -> bytes.getShort() & 0xffff;
            case INT32 -> bytes.getInt();
            case UINT32 -> bytes.getInt() & 0xffff_ffffL;
            case INT64 -> bytes.getLong();
            case UINT64 -> unsigned(bytes.getLong());
            case FLOAT32 -> bytes.getFloat();
            case FLOAT64 -> bytes.getDouble();
        };
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : (bits >>> 1) * 2.0;
    }
}

package io.fleetfit.worker;

import ai.onnxruntime.OnnxJavaType;
import io.fleetfit.onnx.Halves;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Floats as the element types of ONNX tensors, and back. */
final class TypedValues {
    private TypedValues() {}

    /** The values in native byte order; integers are cut towards zero. */
    static ByteBuffer encode(float[] values, OnnxJavaType type) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(values.length * type.size).order(ByteOrder.nativeOrder());
        for (float value : values) {
            switch (type) {
                case FLOAT -> bytes.putFloat(value);
                case FLOAT16 -> bytes.putShort(Halves.of(value));
                case DOUBLE -> bytes.putDouble(value);
                case INT64 -> bytes.putLong((long) value);
                case INT32 -> bytes.putInt((int) value);
                case INT16 -> bytes.putShort((short) value);
                case INT8, UINT8 -> bytes.put((byte) (int) value);
                case BOOL -> bytes.put((byte) (value == 0 ? 0 : 1));
                case BFLOAT16, STRING, UNKNOWN -> throw unknown(type);
            }
        }
        return bytes.rewind();
    }

    /** The elements of a buffer in native byte order. */
    static float[] decode(ByteBuffer source, OnnxJavaType type) {
        ByteBuffer bytes = source.duplicate().order(ByteOrder.nativeOrder());
        float[] values = new float[bytes.remaining() / type.size];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case FLOAT -> bytes.getFloat();
                case DOUBLE -> (float) bytes.getDouble();
                case INT64 -> bytes.getLong();
                case INT32 -> bytes.getInt();
                case INT16 -> bytes.getShort();
                case INT8, BOOL -> bytes.get();
                case UINT8 -> bytes.get() & 0xff;
                case FLOAT16, BFLOAT16, STRING, UNKNOWN -> throw unknown(type);
            };
        }
        return values;
    }

    private static IllegalArgumentException unknown(OnnxJavaType type) {
        return new IllegalArgumentException("values of type " + type + " are not numbers that can be converted");
    }
}

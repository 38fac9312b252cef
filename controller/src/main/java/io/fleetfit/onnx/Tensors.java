package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Values of ONNX tensors. */
public final class Tensors {
    private Tensors() {}

    /** Number of elements. */
    public static long elements(TensorProto tensor) {
        return tensor.getDimsList().stream().reduce(1L, (a, b) -> a * b);
    }

    /** Bytes of the elements as stored; sub-byte types are packed. */
    public static long bytes(TensorProto tensor) {
        TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
        if (type == null) {
            throw new IllegalArgumentException(
                    "'" + tensor.getName() + "' has the unknown type " + tensor.getDataType());
        }
        long bits =
                switch (type) {
                    case INT4, UINT4 -> 4;
                    case BOOL, INT8, UINT8, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> 8;
                    case FLOAT16, BFLOAT16, INT16, UINT16 -> 16;
                    case INT64, UINT64, DOUBLE, COMPLEX64 -> 64;
                    case COMPLEX128 -> 128;
                    case FLOAT, INT32, UINT32 -> 32;
                    case UNDEFINED, STRING -> 8;
                };
        return (elements(tensor) * bits + 7) / 8;
    }

    /** Whether the elements are 32-bit floats. */
    public static boolean isFloat(TensorProto tensor) {
        return tensor.getDataType() == TensorProto.DataType.FLOAT.getNumber();
    }

    /** The elements of a 32-bit float tensor. */
    public static float[] floats(TensorProto tensor) {
        if (!isFloat(tensor)) {
            throw new IllegalArgumentException("'" + tensor.getName() + "' holds no 32-bit floats");
        }
        float[] values = new float[Math.toIntExact(elements(tensor))];
        if (tensor.hasRawData()) {
            tensor.getRawData()
                    .asReadOnlyByteBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatData(i);
            }
        }
        return values;
    }

    /** A 32-bit float tensor. */
    public static TensorProto ofFloats(String name, List<Long> dims, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return raw(name, dims, TensorProto.DataType.FLOAT, bytes);
    }

    /** A 16-bit float tensor of the bit patterns. */
    public static TensorProto ofHalves(String name, List<Long> dims, short[] bits) {
        ByteBuffer bytes = ByteBuffer.allocate(bits.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(bits);
        return raw(name, dims, TensorProto.DataType.FLOAT16, bytes);
    }

    /** An 8-bit signed integer tensor. */
    public static TensorProto ofBytes(String name, List<Long> dims, byte[] values) {
        return raw(name, dims, TensorProto.DataType.INT8, ByteBuffer.wrap(values));
    }

    /** An 8-bit integer tensor, signed or unsigned. */
    public static TensorProto ofIntegers(String name, List<Long> dims, TensorProto.DataType type, byte[] values) {
        return raw(name, dims, type, ByteBuffer.wrap(values));
    }

    /** A 32-bit integer tensor. */
    public static TensorProto ofInts(String name, List<Long> dims, int[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return raw(name, dims, TensorProto.DataType.INT32, bytes);
    }

    private static TensorProto raw(String name, List<Long> dims, TensorProto.DataType type, ByteBuffer bytes) {
        return TensorProto.newBuilder()
                .setName(name)
                .addAllDims(dims)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(bytes.rewind()))
                .build();
    }
}

package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

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

    /** Whether the elements are floats of 16, 32 or 64 bits. */
    public static boolean isReal(TensorProto tensor) {
        return RealTensors.isReal(tensor);
    }

    /** The elements of a tensor of 16-, 32- or 64-bit floats. */
    public static double[] reals(TensorProto tensor) {
        return RealTensors.reals(tensor);
    }

    /** A tensor of 16-, 32- or 64-bit floats; each value is the nearest of the type. */
    public static TensorProto ofReals(String name, List<Long> dims, TensorProto.DataType type, double[] values) {
        return RealTensors.of(name, dims, type, values);
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

    /** A 64-bit integer tensor. */
    public static TensorProto ofLongs(String name, List<Long> dims, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return raw(name, dims, TensorProto.DataType.INT64, bytes);
    }

    /** A scalar of a floating-point or 32- or 64-bit integer type; empty for other types. */
    public static Optional<TensorProto> scalar(String name, TensorProto.DataType type, double value) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case FLOAT -> bytes.putFloat((float) value);
            case DOUBLE -> bytes.putDouble(value);
            case FLOAT16 -> bytes.putShort(Halves.of((float) value));
            case INT64 -> bytes.putLong((long) value);
            case INT32 -> bytes.putInt((int) value);
            default -> {
                return Optional.empty();
            }
        }
        return Optional.of(raw(name, List.of(), type, bytes.limit(bytes.position())));
    }

    /** An 8-bit unsigned integer tensor. */
    public static TensorProto ofUnsignedBytes(String name, List<Long> dims, byte[] values) {
        return raw(name, dims, TensorProto.DataType.UINT8, ByteBuffer.wrap(values));
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

    /** A tensor of little-endian bytes. */
    static TensorProto raw(String name, List<Long> dims, TensorProto.DataType type, ByteBuffer bytes) {
        return TensorProto.newBuilder()
                .setName(name)
                .addAllDims(dims)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(bytes.rewind()))
                .build();
    }
}

package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Tensors of floating-point numbers of any width, read and written as doubles. */
final class RealTensors {
    private RealTensors() {}

    static boolean isReal(TensorProto tensor) {
        TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
        return type == TensorProto.DataType.FLOAT
                || type == TensorProto.DataType.FLOAT16
                || type == TensorProto.DataType.DOUBLE;
    }

    static double[] reals(TensorProto tensor) {
        double[] values = new double[Math.toIntExact(Tensors.elements(tensor))];
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        boolean isRaw = tensor.hasRawData();
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type(tensor)) {
                case FLOAT -> isRaw ? raw.getFloat() : tensor.getFloatData(i);
                case DOUBLE -> isRaw ? raw.getDouble() : tensor.getDoubleData(i);
                case FLOAT16 -> Halves.toFloat(isRaw ? raw.getShort() : (short) tensor.getInt32Data(i));
                default -> throw notReal(tensor.getName());
            };
        }
        return values;
    }

    private static TensorProto.DataType type(TensorProto tensor) {
        TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
        if (type == null) {
            throw notReal(tensor.getName());
        }
        return type;
    }

    static TensorProto of(String name, List<Long> dims, TensorProto.DataType type, double[] values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(values.length * width(name, type)).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            switch (type) {
                case FLOAT -> bytes.putFloat((float) value);
                case DOUBLE -> bytes.putDouble(value);
                case FLOAT16 -> bytes.putShort(Halves.of((float) value));
                default -> throw notReal(name);
            }
        }
        return Tensors.raw(name, dims, type, bytes);
    }

    private static int width(String name, TensorProto.DataType type) {
        return switch (type) {
            case FLOAT -> Float.BYTES;
            case DOUBLE -> Double.BYTES;
            case FLOAT16 -> Short.BYTES;
            default -> throw notReal(name);
        };
    }

    private static IllegalArgumentException notReal(String name) {
        return new IllegalArgumentException("'" + name + "' holds no floating-point numbers");
    }
}

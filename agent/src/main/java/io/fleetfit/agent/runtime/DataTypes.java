package io.fleetfit.agent.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.platform.Fp16Conversions;

/** Names of the Open Inference Protocol for ONNX element types, and numbers of 16 bits. */
public final class DataTypes {
    private DataTypes() {}

    static String name(OnnxJavaType type) {
        return switch (type) {
            case FLOAT -> "FP32";
            case DOUBLE -> "FP64";
            case FLOAT16 -> "FP16";
            case BFLOAT16 -> "BF16";
            case INT8 -> "INT8";
            case INT16 -> "INT16";
            case INT32 -> "INT32";
            case INT64 -> "INT64";
            case UINT8 -> "UINT8";
            case BOOL -> "BOOL";
            case STRING -> "BYTES";
            case UNKNOWN -> "UNKNOWN";
        };
    }

    /** A float as IEEE 754 half precision ({@code FP16}) or bfloat16 ({@code BF16}), rounded. */
    public static short toHalf(String type, float value) {
        return type.equals("BF16") ? Fp16Conversions.floatToBf16(value) : Fp16Conversions.floatToFp16(value);
    }

    /** The float that 16 bits of this type stand for. */
    public static float fromHalf(String type, short bits) {
        return type.equals("BF16") ? Fp16Conversions.bf16ToFloat(bits) : Fp16Conversions.fp16ToFloat(bits);
    }
}

package io.fleetfit.agent.runtime;

import ai.onnxruntime.OnnxJavaType;

/** Names of the Open Inference Protocol for ONNX element types. */
final class DataTypes {
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
}

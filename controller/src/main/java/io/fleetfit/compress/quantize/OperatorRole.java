package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.GraphEditor;

/** What quantization does with an operator: which integer kernels ONNX Runtime has for it, and whose range it has. */
enum OperatorRole {
    /** Has weights: a product with an initializer. */
    WEIGHTED,
    /** Makes new values out of activations; its output has a range of its own. */
    MIXING,
    /** Makes values from 0 to 1. */
    SQUASHING,
    /** Hands on values of its first input unchanged, or some of them: the range stays. */
    CARRYING,
    /** Cuts values off: Relu and Clip, whose range its producer can take over. */
    CLAMPING,
    /** Has no integer kernel, or is not known. */
    FLOAT;

    /** The role of a node by its type and attributes; weights are not looked at. */
    static OperatorRole of(NodeProto node) {
        if (!node.getDomain().isEmpty() && !node.getDomain().equals("ai.onnx")) {
            return FLOAT;
        }
        return switch (node.getOpType()) {
            case "Conv", "ConvTranspose", "Gemm", "MatMul" -> WEIGHTED;
            case "Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool", "LeakyRelu" -> MIXING;
            case "Sigmoid", "Softmax" -> SQUASHING;
            case "Relu", "Clip" -> CLAMPING;
            case "Expand",
                    "Flatten",
                    "Gather",
                    "GatherElements",
                    "Reshape",
                    "Slice",
                    "Split",
                    "Squeeze",
                    "Tile",
                    "Transpose",
                    "Unsqueeze",
                    "ReduceMax",
                    "ReduceMin" -> CARRYING;
            case "MaxPool" -> usesOneOutput(node) ? CARRYING : FLOAT;
            case "Resize" -> interpolates(node) ? CARRYING : FLOAT;
            default -> FLOAT;
        };
    }

    /** Whether the operator is known to only move numbers between shapes and types, of whatever type. */
    static boolean isPlumbing(String operator) {
        return switch (operator) {
            case "Shape", "Size", "Cast", "Constant", "ConstantOfShape", "Identity", "Range", "Dropout" -> true;
            default -> false;
        };
    }

    private static boolean usesOneOutput(NodeProto node) {
        return node.getOutputList().stream().skip(1).allMatch(String::isEmpty);
    }

    /** Cubic interpolation overshoots, and values from outside the image may be any. */
    private static boolean interpolates(NodeProto node) {
        String mode = text(node, "mode", "nearest");
        return (mode.equals("nearest") || mode.equals("linear"))
                && GraphEditor.intAttribute(node, "antialias", 0) == 0
                && !text(node, "coordinate_transformation_mode", "half_pixel").equals("tf_crop_and_resize");
    }

    private static String text(NodeProto node, String name, String absent) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst()
                .map(AttributeProto::getS)
                .map(bytes -> bytes.toStringUtf8())
                .orElse(absent);
    }
}

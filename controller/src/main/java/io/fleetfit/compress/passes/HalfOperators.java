package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.GraphEditor;
import java.util.Set;

/** What is known of operators with respect to 16-bit floats. */
final class HalfOperators {
    /** No form for 16-bit floats, or a type of its own that must not change. */
    private static final Set<String> NO_FORM = Set.of(
            "Bernoulli",
            "Cast",
            "CastLike",
            "Constant",
            "ConstantOfShape",
            "ConvInteger",
            "DequantizeLinear",
            "DynamicQuantizeLinear",
            "EyeLike",
            "ImageDecoder",
            "MatMulInteger",
            "MelWeightMatrix",
            "Multinomial",
            "NonMaxSuppression",
            "Optional",
            "OptionalGetElement",
            "OptionalHasElement",
            "QLinearConv",
            "QLinearMatMul",
            "QuantizeLinear",
            "RandomNormal",
            "RandomNormalLike",
            "RandomUniform",
            "RandomUniformLike",
            "Range",
            "RoiAlign",
            "STFT",
            "DFT",
            "SequenceAt",
            "SequenceConstruct",
            "SequenceInsert",
            "SplitToSequence",
            "ConcatFromSequence",
            "TfIdfVectorizer",
            "Upsample");

    /** Sums, powers and exponentials leave the range of 16-bit floats, or lose what matters of it. */
    static final Set<String> RANGE_SENSITIVE = Set.of(
            "CumSum",
            "Exp",
            "InstanceNormalization",
            "LayerNormalization",
            "Log",
            "LogSoftmax",
            "LpNormalization",
            "LpPool",
            "LRN",
            "MeanVarianceNormalization",
            "Pow",
            "Reciprocal",
            "ReduceL1",
            "ReduceL2",
            "ReduceLogSum",
            "ReduceLogSumExp",
            "ReduceProd",
            "ReduceSum",
            "ReduceSumSquare",
            "Softmax",
            "Sqrt",
            "TopK");

    /** Move values and compute nothing: as good in either type. */
    private static final Set<String> MOVERS = Set.of(
            "Concat",
            "DepthToSpace",
            "Dropout",
            "Expand",
            "Flatten",
            "Gather",
            "Identity",
            "MaxPool",
            "Pad",
            "Relu",
            "Reshape",
            "Slice",
            "SpaceToDepth",
            "Split",
            "Squeeze",
            "Tile",
            "Transpose",
            "Unsqueeze");

    private HalfOperators() {}

    static boolean hasForm(NodeProto node) {
        return GraphEditor.is(node, node.getOpType())
                && !NO_FORM.contains(node.getOpType())
                && node.getAttributeList().stream()
                        .noneMatch(attribute -> attribute.hasG() || attribute.getGraphsCount() > 0);
    }

    static boolean isMover(NodeProto node) {
        return GraphEditor.is(node, node.getOpType()) && MOVERS.contains(node.getOpType());
    }

    /** Takes a value of any type and gives nothing of that type. */
    static boolean isTypeFree(NodeProto node) {
        return GraphEditor.is(node, "Shape") || GraphEditor.is(node, "Size");
    }

    /** Whether an input stays in 32 bits though the node computes in 16: places and factors of Resize. */
    static boolean staysFloat(NodeProto node, int input) {
        return node.getOpType().equals("Resize") && input > 0;
    }

    static boolean isQuantization(NodeProto node) {
        return GraphEditor.is(node, "QuantizeLinear") || GraphEditor.is(node, "DequantizeLinear");
    }
}

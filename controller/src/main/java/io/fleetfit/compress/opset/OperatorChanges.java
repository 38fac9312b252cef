package io.fleetfit.compress.opset;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The standard's operators and what changed in them between opset 7 and 21 (ONNX, Changelog.md), more types and
 * clarifications left out.
 */
final class OperatorChanges {
    /** These mean the same in every version, or only gained attributes and inputs that can be left out. */
    private static final Set<String> SAME = Set.of("""
            Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Bernoulli BitShift BitwiseAnd BitwiseNot
            BitwiseOr BitwiseXor BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Col2Im Compress Concat
            ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DeformConv
            DepthToSpace DequantizeLinear Det Div DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten
            Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater
            GreaterOrEqual HammingWindow HannWindow HardSigmoid HardSwish Identity If ImageDecoder InstanceNormalization
            IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log Loop LpNormalization LpPool MatMul
            MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix Min Mish Mod Mul
            Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement
            OptionalHasElement Or PRelu Pow QLinearConv QLinearMatMul QuantizeLinear RNN RandomNormal RandomNormalLike
            RandomUniform RandomUniformLike Range Reciprocal RegexFullMatch Relu Reshape ReverseSequence Round STFT
            ScatterElements ScatterND Selu SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert
            SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size SoftmaxCrossEntropyLoss Softplus Softsign
            SpaceToDepth SplitToSequence Sqrt StringConcat StringNormalizer StringSplit Sub Sum Tan Tanh TfIdfVectorizer
            ThresholdedRelu Tile Transpose Trilu Unique Where Xor
            """.trim().split("\\s+"));

    private static final Map<String, SortedMap<Integer, Step>> CHANGED = new HashMap<>();

    static {
        attributesToInputs();
        for (String operator : new String[] {"Softmax", "LogSoftmax", "Hardmax"}) {
            change(operator, 13, new FlattenedSoftmax());
        }
        change("Resize", 11, Resizing::coordinates);
        change("Resize", 13, Resizing::withoutRemovedMode);
        change("Resize", 18, Resizing::withoutEmptyInputs);
        change("Upsample", 9, Resizing::scalesToInput);
        change("Upsample", 10, Renaming.to("Resize"));
        change("Scatter", 11, Renaming.to("ScatterElements"));
        change("GridSample", 20, Renaming::interpolation);
        change("RoiAlign", 16, Renaming::outputHalfPixel);
        change("BatchNormalization", 9, Normalization::spatial);
        change("BatchNormalization", 14, Normalization::inferenceOnly);
        change("Dropout", 10, Normalization::dropoutWithoutMask);
        change("Dropout", 12, Normalization::dropoutAsIdentity);
        change("AveragePool", 19, Refusals::ceilingWithPads);
        change("Scan", 9, Refusals.because("it lost its batch dimension in opset 9; export with opset 9 or newer"));
        change(
                "GroupNormalization",
                21,
                Refusals.because("its scale is one a group before opset 21 and one a channel since; stay below 21"));
    }

    private OperatorChanges() {}

    private static void attributesToInputs() {
        change("Clip", 11, AttributesToInputs::clip);
        change("Slice", 10, AttributesToInputs.of("starts", "ends", "axes"));
        change("TopK", 10, AttributesToInputs::topK);
        change("Pad", 11, AttributesToInputs::pad);
        change("Squeeze", 13, AttributesToInputs.of("axes"));
        change("Unsqueeze", 13, AttributesToInputs.of("axes"));
        change("Split", 13, AttributesToInputs.of("split"));
        change("Split", 18, AttributesToInputs::numberOfParts);
        change("DFT", 20, AttributesToInputs::transformedAxis);
        change("ReduceSum", 13, AttributesToInputs.of("axes"));
        for (String kind :
                new String[] {"L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "SumSquare"}) {
            change("Reduce" + kind, 18, AttributesToInputs.of("axes"));
        }
    }

    private static void change(String operator, int version, Step step) {
        CHANGED.computeIfAbsent(operator, name -> new TreeMap<>()).put(version, step);
    }

    /** Whether all changes of that operator are known. */
    static boolean isKnown(String operator) {
        return SAME.contains(operator) || CHANGED.containsKey(operator);
    }

    /** The versions in which it changed. */
    static SortedMap<Integer, Step> of(String operator) {
        return CHANGED.getOrDefault(operator, Collections.emptySortedMap());
    }
}

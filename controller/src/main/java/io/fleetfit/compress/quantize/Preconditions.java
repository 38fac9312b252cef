package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.ModelRefused.Code;
import java.util.Set;
import java.util.TreeSet;

/** What a model must be for quantization to be right. */
final class Preconditions {
    /** Operator set since which QuantizeLinear and DequantizeLinear take a scale a channel. */
    static final long LEAST_OPSET = 13;

    private static final Set<String> QUANTIZED = Set.of(
            "QuantizeLinear",
            "DequantizeLinear",
            "DynamicQuantizeLinear",
            "ConvInteger",
            "MatMulInteger",
            "MatMulIntegerToFloat",
            "DynamicQuantizeMatMul",
            "DynamicQuantizeLSTM",
            "MatMulNBits",
            "GatherBlockQuantized",
            "QGemm",
            "QAttention");

    private Preconditions() {}

    /** Refuses operator sets before 13, and models that are quantized already. */
    static void require(ModelProto model) throws ModelRefused {
        long opset = model.getOpsetImportList().stream()
                .filter(entry ->
                        entry.getDomain().isEmpty() || entry.getDomain().equals("ai.onnx"))
                .mapToLong(OperatorSetIdProto::getVersion)
                .max()
                .orElse(0);
        if (opset < LEAST_OPSET) {
            throw new ModelRefused(
                    Code.NOT_COMPRESSIBLE,
                    "the model uses operator set " + opset + "; weights with a scale a channel need " + LEAST_OPSET
                            + ": put the pass 'upgrade-opset' with {to: " + LEAST_OPSET
                            + "} before this one, or export the model again");
        }
        Set<String> found = new TreeSet<>();
        for (NodeProto node : model.getGraph().getNodeList()) {
            if (QUANTIZED.contains(node.getOpType()) || node.getOpType().startsWith("QLinear")) {
                found.add(node.getOpType());
            }
        }
        if (!found.isEmpty()) {
            throw new ModelRefused(
                    Code.NOT_COMPRESSIBLE,
                    "the model is quantized already (it has " + found
                            + "); import the 32-bit original and quantize that");
        }
    }
}

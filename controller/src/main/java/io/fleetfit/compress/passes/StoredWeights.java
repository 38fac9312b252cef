package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.Collection;
import java.util.Map;

/** What the passes that store weights smaller share. */
final class StoredWeights {
    /** Smaller tensors gain nothing: the nodes that expand them take as much. */
    static final long LEAST_ELEMENTS = 256;

    private StoredWeights() {}

    /** Whether the tensor holds 32-bit floats, enough of them, and no infinity or NaN, which integers cannot hold. */
    static boolean canBeIntegers(TensorProto tensor) {
        if (!Tensors.isFloat(tensor) || Tensors.elements(tensor) < LEAST_ELEMENTS) {
            return false;
        }
        for (float value : Tensors.floats(tensor)) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Removes those of the initializers that nothing uses any more. */
    static void removeUnused(GraphEditor graph, Collection<String> names) {
        Map<String, Integer> uses = graph.uses();
        names.stream().filter(name -> !uses.containsKey(name)).forEach(graph::remove);
    }

    /** A node that turns {@code input} into 32-bit floats; the standard's since opset 9, for every type stored here. */
    static NodeProto castToFloat(String input, String output) {
        return NodeProto.newBuilder()
                .setOpType("Cast")
                .setName(output + "_expand")
                .addInput(input)
                .addOutput(output)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(TensorProto.DataType.FLOAT.getNumber()))
                .build();
    }
}

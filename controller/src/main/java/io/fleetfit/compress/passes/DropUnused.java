package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.PassContext;
import io.fleetfit.onnx.GraphEditor;
import java.util.Map;

/** Removes nodes and initializers that no output depends on. */
public final class DropUnused implements CompressionPass {
    @Override
    public String name() {
        return "drop-unused";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) {
        boolean changed = true;
        while (changed) {
            Map<String, Integer> uses = graph.uses();
            changed = graph.nodes().removeIf(node -> isUnused(node, uses));
        }
        Map<String, Integer> uses = graph.uses();
        for (TensorProto tensor : graph.initializers()) {
            if (!uses.containsKey(tensor.getName())) {
                graph.remove(tensor.getName());
            }
        }
    }

    private static boolean isUnused(NodeProto node, Map<String, Integer> uses) {
        return node.getOutputList().stream().noneMatch(uses::containsKey);
    }
}

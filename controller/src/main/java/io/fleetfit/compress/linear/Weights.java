package io.fleetfit.compress.linear;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import java.util.Map;

/** Weights of a graph that passes replaced. */
public final class Weights {
    private Weights() {}

    /** Removes initializers that no node uses any more and that are no output. */
    public static void dropUnused(GraphEditor graph) {
        Map<String, Integer> uses = graph.uses();
        for (TensorProto tensor : graph.initializers()) {
            if (!uses.containsKey(tensor.getName())) {
                graph.remove(tensor.getName());
            }
        }
    }
}

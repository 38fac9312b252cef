package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Nodes that stay float.
 *
 * @param wished names of nodes, names of their first outputs, or operator types
 * @param layers titles of nodes, as {@link GraphIndex#title} gives them
 */
record Exclusions(Set<String> wished, Set<String> layers) {
    Exclusions {
        wished = Set.copyOf(wished);
        layers = Set.copyOf(layers);
    }

    static Exclusions of(Set<String> wished) {
        return new Exclusions(wished, Set.of());
    }

    /** Also these nodes. */
    Exclusions and(List<String> titles) {
        return new Exclusions(wished, Set.copyOf(titles));
    }

    boolean hold(GraphIndex graph, int index) {
        NodeProto node = graph.node(index);
        return wished.contains(node.getOpType())
                || wished.contains(graph.title(index))
                || layers.contains(graph.title(index))
                || (node.getOutputCount() > 0 && wished.contains(node.getOutput(0)));
    }

    /** Wishes that no node answers to. */
    Set<String> unmatched(GraphIndex graph) {
        Set<String> left = new TreeSet<>(wished);
        for (int i = 0; i < graph.nodes().size(); i++) {
            NodeProto node = graph.node(i);
            left.remove(node.getOpType());
            left.remove(graph.title(i));
            node.getOutputList().forEach(left::remove);
        }
        return left;
    }
}

package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Optional;

/**
 * A Relu or Clip with bounds that are known.
 *
 * @param node its index
 * @param low values below become this; negative infinity if there is no bound
 * @param high values above become this
 */
record Clamp(int node, double low, double high) {
    /** The clamp that a node is; empty if it is none or its bounds are computed. */
    static Optional<Clamp> of(GraphIndex graph, int index) {
        NodeProto node = graph.node(index);
        if (OperatorRole.of(node) != OperatorRole.CLAMPING) {
            return Optional.empty();
        }
        if (node.getOpType().equals("Relu")) {
            return Optional.of(new Clamp(index, 0, Double.POSITIVE_INFINITY));
        }
        Optional<Double> low = bound(graph, node, 1, Double.NEGATIVE_INFINITY);
        Optional<Double> high = bound(graph, node, 2, Double.POSITIVE_INFINITY);
        return low.isPresent() && high.isPresent()
                ? Optional.of(new Clamp(index, low.get(), high.get()))
                : Optional.empty();
    }

    private static Optional<Double> bound(GraphIndex graph, NodeProto node, int at, double absent) {
        Optional<String> name = GraphIndex.input(node, at);
        return name.isEmpty()
                ? Optional.of(absent)
                : graph.floats(name.get()).filter(values -> values.length == 1).map(values -> (double) values[0]);
    }

    /** Whether quantizing does the same: the integers end where the clamp cuts, to half a step. */
    boolean isCoveredBy(Affine affine) {
        double half = affine.scale() / 2.0;
        return affine.least() >= low - half && affine.most() <= high + half;
    }
}

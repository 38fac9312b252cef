package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * A MatMul or Gemm {@code y = alpha·x·W + bias} with a constant matrix of 32-bit floats.
 *
 * @param node as it stands in the graph
 * @param weight name of the matrix
 * @param inner number of rows of W: elements of x that are summed (K)
 * @param outer number of columns of W (N)
 * @param transposed whether the matrix is stored as N×K
 * @param alpha factor of the product
 * @param bias value that is added; empty if none
 */
record Product(NodeProto node, String weight, int inner, int outer, boolean transposed, double alpha, String bias) {
    /** The product that a node is, if it is one of this kind. */
    static Optional<Product> of(GraphEditor graph, NodeProto node) {
        boolean isGemm = GraphEditor.is(node, "Gemm")
                && GraphEditor.intAttribute(node, "transA", 0) == 0
                && GraphEditor.floatAttribute(node, "beta", 1) == 1;
        if (!isGemm && !GraphEditor.is(node, "MatMul")) {
            return Optional.empty();
        }
        Optional<TensorProto> weight = graph.initializer(node.getInput(1))
                .filter(tensor -> tensor.getDimsCount() == 2 && StoredWeights.canBeIntegers(tensor));
        if (weight.isEmpty()) {
            return Optional.empty();
        }
        boolean transposed = isGemm && GraphEditor.intAttribute(node, "transB", 0) == 1;
        List<Long> dims = weight.get().getDimsList();
        return Optional.of(new Product(
                node,
                weight.get().getName(),
                Math.toIntExact(dims.get(transposed ? 1 : 0)),
                Math.toIntExact(dims.get(transposed ? 0 : 1)),
                transposed,
                isGemm ? GraphEditor.floatAttribute(node, "alpha", 1) : 1,
                isGemm && node.getInputCount() > 2 ? node.getInput(2) : ""));
    }

    /** Whether a node is a product that {@link #of} leaves because of its form, not because it has no large weights. */
    static boolean isOther(GraphEditor graph, NodeProto node) {
        return (GraphEditor.is(node, "Gemm") || GraphEditor.is(node, "MatMul"))
                && node.getInputList().stream()
                        .flatMap(input -> graph.initializer(input).stream())
                        .anyMatch(tensor -> Tensors.elements(tensor) >= StoredWeights.LEAST_ELEMENTS)
                && of(graph, node).isEmpty();
    }

    /** The matrix with {@code alpha} multiplied in, a column of W after the other: N×K. */
    float[] columns(GraphEditor graph) {
        float[] stored = Tensors.floats(graph.initializer(weight).orElseThrow());
        float[] columns = transposed ? stored : new float[stored.length];
        if (!transposed) {
            for (int k = 0; k < inner; k++) {
                for (int n = 0; n < outer; n++) {
                    columns[n * inner + k] = stored[k * outer + n];
                }
            }
        }
        if (alpha != 1) {
            for (int i = 0; i < columns.length; i++) {
                columns[i] = (float) (columns[i] * alpha);
            }
        }
        return columns;
    }

    /** Names what is computed from the matrix: equal keys, equal numbers. */
    String key() {
        return weight + "|" + transposed + "|" + alpha;
    }
}

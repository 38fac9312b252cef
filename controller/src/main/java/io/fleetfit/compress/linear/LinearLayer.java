package io.fleetfit.compress.linear;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node {@code y = W·x + b} with constant weights: a convolution over one or two dimensions, {@code Gemm}, or {@code MatMul}
 * with a constant on the right. {@code W} has a row an output channel; its columns are the input channels of the row's group,
 * and within a channel the elements of the window, row by row.
 *
 * @param kind which operator
 * @param input name of the value that flows in
 * @param output name of the value that flows out
 * @param weight name of the weights
 * @param bias name of the bias; absent if there is none
 * @param outputs output channels
 * @param inputs input channels of all groups
 * @param groups groups of channels that do not meet; 1 for products
 * @param window of a convolution
 */
public record LinearLayer(
        Kind kind,
        String input,
        String output,
        String weight,
        @Nullable String bias,
        int outputs,
        int inputs,
        int groups,
        Window window) {
    /** Operators that are linear. */
    public enum Kind {
        /** A convolution; channels lie on axis 1. */
        CONV,
        /** {@code Gemm} with weights of inputs × outputs. */
        GEMM,
        /** {@code Gemm} with weights of outputs × inputs. */
        GEMM_TRANSPOSED,
        /** {@code MatMul} with weights of inputs × outputs; channels lie on the last axis. */
        MATMUL
    }

    /** The layer that a node is; absent if it is another operator, or not one with constant 32-bit float weights. */
    public static Optional<LinearLayer> of(NodeProto node, GraphEditor graph) {
        if (!isStandard(node) || node.getInputCount() < 2) {
            return Optional.empty();
        }
        Optional<TensorProto> weight = graph.initializer(node.getInput(1)).filter(Tensors::isFloat);
        boolean hasBias = node.getInputCount() > 2 && !node.getInput(2).isEmpty();
        if (weight.isEmpty()
                || graph.initializer(node.getInput(0)).isPresent()
                || (hasBias
                        && graph.initializer(node.getInput(2))
                                .filter(Tensors::isFloat)
                                .isEmpty())) {
            return Optional.empty();
        }
        List<Long> dims = weight.get().getDimsList();
        String bias = hasBias ? node.getInput(2) : null;
        return switch (node.getOpType()) {
            case "Conv" -> convolution(node, dims, bias);
            case "Gemm" -> product(node, dims, bias, graph);
            case "MatMul" ->
                dims.size() == 2
                        ? Optional.of(layer(Kind.MATMUL, node, null, dims.get(1), dims.get(0)))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean isStandard(NodeProto node) {
        return node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
    }

    private static Optional<LinearLayer> convolution(NodeProto node, List<Long> dims, @Nullable String bias) {
        if (dims.size() < 3 || dims.size() > 4) {
            return Optional.empty();
        }
        int groups = Math.toIntExact(GraphEditor.intAttribute(node, "group", 1));
        return Optional.of(new LinearLayer(
                Kind.CONV,
                node.getInput(0),
                node.getOutput(0),
                node.getInput(1),
                bias,
                dims.get(0).intValue(),
                dims.get(1).intValue() * groups,
                groups,
                Window.of(node, dims.subList(2, dims.size()))));
    }

    private static Optional<LinearLayer> product(
            NodeProto node, List<Long> dims, @Nullable String bias, GraphEditor graph) {
        boolean transposed = GraphEditor.intAttribute(node, "transB", 0) == 1;
        boolean plain = GraphEditor.intAttribute(node, "transA", 0) == 0
                && GraphEditor.floatAttribute(node, "alpha", 1) == 1
                && (bias == null || GraphEditor.floatAttribute(node, "beta", 1) == 1);
        if (!plain || dims.size() != 2) {
            return Optional.empty();
        }
        long outputs = dims.get(transposed ? 0 : 1);
        // A bias of one row for all: what a batch of one needs.
        if (bias != null && graph.initializer(bias).map(Tensors::elements).orElse(0L) != outputs) {
            return Optional.empty();
        }
        return Optional.of(layer(
                transposed ? Kind.GEMM_TRANSPOSED : Kind.GEMM, node, bias, outputs, dims.get(transposed ? 1 : 0)));
    }

    private static LinearLayer layer(Kind kind, NodeProto node, @Nullable String bias, long outputs, long inputs) {
        return new LinearLayer(
                kind,
                node.getInput(0),
                node.getOutput(0),
                node.getInput(1),
                bias,
                Math.toIntExact(outputs),
                Math.toIntExact(inputs),
                1,
                Window.ONE);
    }

    /** Columns of {@code W}. */
    public int columns() {
        return inputs / groups * window.size();
    }

    /** Whether the operator has a place for a bias. */
    public boolean takesBias() {
        return kind != Kind.MATMUL;
    }

    /** {@code W}, row by row. */
    public float[] matrix(GraphEditor graph) {
        float[] stored = floats(graph, weight);
        return isTransposed() ? transposed(stored, inputs, outputs) : stored;
    }

    /** {@code b}, or zeros. */
    public float[] biases(GraphEditor graph) {
        return bias == null ? new float[outputs] : floats(graph, bias);
    }

    private boolean isTransposed() {
        return kind == Kind.GEMM || kind == Kind.MATMUL;
    }

    private static float[] floats(GraphEditor graph, String name) {
        return Tensors.floats(graph.initializer(name).orElseThrow());
    }

    /**
     * The node with other weights, which become initializers of their own.
     *
     * @param node this layer's
     * @param matrix {@code W}, row by row
     * @param biases {@code b}; ignored by operators without one
     */
    public NodeProto with(GraphEditor graph, NodeProto node, float[] matrix, float[] biases) {
        List<Long> dims = graph.initializer(weight).orElseThrow().getDimsList();
        String name = graph.freshName(weight + "_fitted");
        graph.put(Tensors.ofFloats(name, dims, isTransposed() ? transposed(matrix, outputs, inputs) : matrix));
        NodeProto.Builder changed =
                node.toBuilder().clearInput().addInput(input).addInput(name);
        if (takesBias()) {
            String biasName = graph.freshName((bias == null ? output + "_bias" : bias) + "_fitted");
            graph.put(Tensors.ofFloats(biasName, List.of((long) outputs), biases));
            changed.addInput(biasName);
        }
        return changed.build();
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] turned = new float[values.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                turned[c * rows + r] = values[r * columns + c];
            }
        }
        return turned;
    }
}

package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.quantize.Unit.WeightSpec;
import io.fleetfit.onnx.Tensors;
import java.util.Optional;

/**
 * A MatMul of two dimensions with the sum of a constant behind it, which together are a Gemm. ONNX Runtime joins the two
 * before it looks for integer kernels, and then finds none unless the bias is an integer too.
 *
 * @param sum index of the Add
 * @param output what the Add makes
 * @param weights with the Add's constant as bias
 */
record BiasedProduct(int sum, String output, WeightSpec weights) {
    /** The pair that a unit begins; empty if it begins none. */
    static Optional<BiasedProduct> of(QuantizationPlan plan, Unit unit, long[] shape) {
        if (!unit.operator().equals("MatMul")
                || unit.weights().isEmpty()
                || unit.weights().get().axis() != 1
                || unit.clamp().isPresent()
                || shape.length != 2) {
            return Optional.empty();
        }
        GraphIndex graph = plan.graph();
        String product = unit.outputs().get(0);
        if (graph.uses(product) != 1 || graph.readers(product).size() != 1) {
            return Optional.empty();
        }
        int reader = graph.readers(product).get(0);
        NodeProto add = graph.node(reader);
        if (!add.getOpType().equals("Add") || OperatorRole.of(add) != OperatorRole.MIXING) {
            return Optional.empty();
        }
        WeightSpec spec = unit.weights().get();
        String bias = add.getInput(add.getInput(0).equals(product) ? 1 : 0);
        return graph.constant(bias)
                .filter(tensor -> isRow(tensor, spec.channels()))
                .map(tensor -> new BiasedProduct(
                        reader,
                        add.getOutput(0),
                        new WeightSpec(spec.name(), spec.axis(), Optional.of(bias), spec.channels(), 1)));
    }

    private static boolean isRow(TensorProto tensor, int channels) {
        int rank = tensor.getDimsCount();
        return Tensors.isFloat(tensor)
                && (rank == 1 || rank == 2)
                && tensor.getDims(rank - 1) == channels
                && Tensors.elements(tensor) == channels;
    }

    /** The one node for both. */
    NodeProto.Builder gemm(NodeProto product) {
        return product.toBuilder().setOpType("Gemm").setOutput(0, output);
    }
}

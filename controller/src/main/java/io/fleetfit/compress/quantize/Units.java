package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.quantize.Unit.WeightSpec;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Finds the nodes that can compute on integers, each by itself; whether it is worth while is not asked here. */
final class Units {
    private final GraphIndex graph;
    private final NumberForm form;
    private final Exclusions exclusions;

    private Units(GraphIndex graph, NumberForm form, Exclusions exclusions) {
        this.graph = graph;
        this.form = form;
        this.exclusions = exclusions;
    }

    /** The units by index of the node, in order. */
    static Map<Integer, Unit> find(GraphIndex graph, NumberForm form, Exclusions exclusions) {
        Units units = new Units(graph, form, exclusions);
        Map<Integer, Unit> found = new TreeMap<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            int index = i;
            units.unit(index).ifPresent(unit -> found.put(index, unit));
        }
        // A clamp that belongs to the unit before it is none of its own.
        Set<Integer> taken = new HashSet<>();
        found.values().forEach(unit -> unit.clamp().ifPresent(clamp -> taken.add(clamp.node())));
        found.keySet().removeAll(taken);
        return found;
    }

    private Optional<Unit> unit(int index) {
        NodeProto node = graph.node(index);
        if (exclusions.hold(graph, index) || node.getInputCount() == 0 || node.getOutputCount() == 0) {
            return Optional.empty();
        }
        OperatorRole role = OperatorRole.of(node);
        return switch (role) {
            case WEIGHTED -> weighted(index, node);
            case MIXING -> Optional.of(plain(index, node, role, dataInputs(node)));
            case SQUASHING, CARRYING -> first(index, node, role);
            case CLAMPING -> Clamp.of(graph, index).flatMap(clamp -> first(index, node, role));
            case FLOAT -> Optional.empty();
        };
    }

    private Optional<Unit> first(int index, NodeProto node, OperatorRole role) {
        return graph.isConstant(node.getInput(0))
                ? Optional.empty()
                : Optional.of(plain(index, node, role, List.of(node.getInput(0))));
    }

    private List<String> dataInputs(NodeProto node) {
        return node.getInputList().stream()
                .filter(input -> !graph.isConstant(input))
                .distinct()
                .toList();
    }

    private Unit plain(int index, NodeProto node, OperatorRole role, List<String> activations) {
        Optional<Clamp> clamp = role == OperatorRole.MIXING ? clampBehind(node) : Optional.empty();
        return unit(index, node, role, activations, Optional.empty(), clamp);
    }

    private Unit unit(
            int index,
            NodeProto node,
            OperatorRole role,
            List<String> activations,
            Optional<WeightSpec> weights,
            Optional<Clamp> clamp) {
        List<String> outputs = clamp.map(
                        behind -> List.of(graph.node(behind.node()).getOutput(0)))
                .orElseGet(() -> node.getOutputList().stream()
                        .filter(output -> !output.isEmpty())
                        .toList());
        return new Unit(index, graph.title(index), node.getOpType(), role, activations, weights, clamp, outputs);
    }

    private Optional<Clamp> clampBehind(NodeProto node) {
        String output = node.getOutput(0);
        if (graph.uses(output) != 1 || graph.readers(output).size() != 1) {
            return Optional.empty();
        }
        int reader = graph.readers(output).get(0);
        return exclusions.hold(graph, reader)
                ? Optional.empty()
                : Clamp.of(graph, reader)
                        .filter(clamp -> graph.node(reader).getInput(0).equals(output));
    }

    private Optional<Unit> weighted(int index, NodeProto node) {
        if (node.getInputCount() < 2 || graph.isConstant(node.getInput(0))) {
            return node.getOpType().equals("MatMul") && node.getInputCount() == 2
                    ? Optional.of(unit(
                            index, node, OperatorRole.MIXING, dataInputs(node), Optional.empty(), clampBehind(node)))
                    : Optional.empty();
        }
        if (!graph.isConstant(node.getInput(1))) {
            // A product of two activations.
            return node.getOpType().equals("MatMul")
                    ? Optional.of(unit(
                            index, node, OperatorRole.MIXING, dataInputs(node), Optional.empty(), clampBehind(node)))
                    : Optional.empty();
        }
        return weights(node)
                .map(weights -> unit(
                        index,
                        node,
                        OperatorRole.WEIGHTED,
                        List.of(node.getInput(0)),
                        Optional.of(weights),
                        clampBehind(node)));
    }

    private Optional<WeightSpec> weights(NodeProto node) {
        Optional<TensorProto> weight = graph.constant(node.getInput(1)).filter(Tensors::isFloat);
        if (weight.isEmpty() || Tensors.elements(weight.get()) == 0) {
            return Optional.empty();
        }
        List<Long> dims = weight.get().getDimsList();
        return switch (node.getOpType()) {
            case "Conv" -> dims.size() < 3 ? Optional.empty() : spec(node, dims, 0, 1);
            case "ConvTranspose" -> transposed(node, dims);
            case "Gemm" -> gemm(node, dims);
            default -> dims.size() < 2 ? Optional.empty() : spec(node, dims, dims.size() == 2 ? 1 : -1, 1);
        };
    }

    /** TensorRT has an integer kernel for it, ONNX Runtime's CPU has none. */
    private Optional<WeightSpec> transposed(NodeProto node, List<Long> dims) {
        return form.symmetric() && GraphEditor.intAttribute(node, "group", 1) == 1 && dims.size() >= 3
                ? spec(node, dims, 1, 1)
                : Optional.empty();
    }

    private Optional<WeightSpec> gemm(NodeProto node, List<Long> dims) {
        float alpha = GraphEditor.floatAttribute(node, "alpha", 1);
        boolean plain = GraphEditor.intAttribute(node, "transA", 0) == 0
                && alpha > 0
                && (node.getInputCount() < 3 || GraphEditor.floatAttribute(node, "beta", 1) == 1);
        int axis = GraphEditor.intAttribute(node, "transB", 0) == 1 ? 0 : 1;
        return plain && dims.size() == 2 ? spec(node, dims, axis, alpha) : Optional.empty();
    }

    /** Empty if there is a bias that is no constant of a value a channel, or one for all. */
    private Optional<WeightSpec> spec(NodeProto node, List<Long> dims, int axis, double factor) {
        int channels = axis < 0 ? 1 : Math.toIntExact(dims.get(axis));
        Optional<String> bias = GraphIndex.input(node, 2);
        if (bias.isPresent()) {
            Optional<TensorProto> tensor = graph.constant(bias.get()).filter(Tensors::isFloat);
            boolean known = tensor.isPresent()
                    && (Tensors.elements(tensor.get()) == 1
                            || (Tensors.elements(tensor.get()) == channels
                                    && tensor.get().getDims(tensor.get().getDimsCount() - 1) == channels));
            if (!known) {
                return Optional.empty();
            }
        }
        return Optional.of(new WeightSpec(node.getInput(1), axis, bias, channels, factor));
    }
}

package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Halves;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.onnx.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Chooses the nodes that compute in 16-bit floats. */
final class HalfChoice {
    private final GraphEditor graph;
    private final Map<String, ValueType> types;
    private final Set<String> floatOperators;
    private final Set<String> overflowing;
    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Map<String, List<NodeProto>> consumers = new HashMap<>();
    private final Map<String, Boolean> constantFits = new HashMap<>();
    private final Set<String> whole = new HashSet<>();

    /** Outputs of the nodes chosen, by the first of them. */
    private final Set<String> chosen = new HashSet<>();

    HalfChoice(GraphEditor graph, Map<String, ValueType> types, Set<String> floatOperators, Set<String> overflowing) {
        this.graph = graph;
        this.types = types;
        this.floatOperators = floatOperators;
        this.overflowing = overflowing;
        for (NodeProto node : graph.nodes()) {
            node.getOutputList().forEach(output -> producers.put(output, node));
            node.getInputList().forEach(input -> consumers
                    .computeIfAbsent(input, name -> new ArrayList<>())
                    .add(node));
        }
    }

    /** First outputs of the nodes that compute in 16 bits. */
    Set<String> choose() {
        for (NodeProto node : graph.nodes()) {
            if (isWhole(node)) {
                whole.addAll(node.getOutputList());
            } else if (fits(node)) {
                chosen.add(node.getOutput(0));
            }
        }
        List<NodeProto> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (isMoverAmongFloats(nodes.get(i))) {
                chosen.remove(nodes.get(i).getOutput(0));
            }
        }
        return chosen;
    }

    /** Whether a value is of 32-bit floats. */
    boolean isFloat(String name) {
        int type = graph.initializer(name).map(TensorProto::getDataType).orElseGet(() -> {
            ValueType known = types.get(name);
            return known == null ? 0 : known.elementType();
        });
        return type == TensorProto.DataType.FLOAT.getNumber();
    }

    /** Arithmetic on sizes: whole numbers that were cast to floats, and must stay exact beyond 2048. */
    private boolean isWhole(NodeProto node) {
        List<String> computed = node.getInputList().stream()
                .filter(input -> !input.isEmpty() && graph.initializer(input).isEmpty())
                .toList();
        boolean begins = GraphEditor.is(node, "Cast") && computed.stream().noneMatch(this::isFloat);
        List<String> floats = computed.stream().filter(this::isFloat).toList();
        return begins || (!floats.isEmpty() && whole.containsAll(floats));
    }

    private boolean fits(NodeProto node) {
        return node.getOutputCount() > 0
                && HalfOperators.hasForm(node)
                && !HalfOperators.isTypeFree(node)
                && !floatOperators.contains(node.getOpType())
                && node.getOutputList().stream().anyMatch(this::isFloat)
                && node.getOutputList().stream().noneMatch(overflowing::contains)
                && node.getInputList().stream().allMatch(this::fits)
                && !isNextToQuantization(node);
    }

    /** Constants must be finite in 16 bits; small ones, which may guard a division, must not become zero. */
    private boolean fits(String input) {
        return constantFits.computeIfAbsent(input, name -> graph.initializer(name)
                .filter(Tensors::isFloat)
                .map(HalfChoice::fits)
                .orElse(true));
    }

    private static boolean fits(TensorProto tensor) {
        float[] values = Tensors.floats(tensor);
        if (!Halves.fits(values)) {
            return false;
        }
        if (values.length < StoredWeights.LEAST_ELEMENTS) {
            for (float value : values) {
                if (value != 0 && (Halves.of(value) & 0x7fff) == 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A cast between a node and its quantization would keep ONNX Runtime from fusing them. */
    private boolean isNextToQuantization(NodeProto node) {
        boolean behind = node.getInputList().stream()
                .map(producers::get)
                .anyMatch(producer -> producer != null && HalfOperators.isQuantization(producer));
        return behind
                || node.getOutputList().stream()
                        .flatMap(output -> consumers.getOrDefault(output, List.of()).stream())
                        .anyMatch(HalfOperators::isQuantization);
    }

    /** Between floats on all sides two casts would buy nothing. */
    private boolean isMoverAmongFloats(NodeProto node) {
        return HalfOperators.isMover(node)
                && node.getInputList().stream().noneMatch(input -> isHalf(producers.get(input)))
                && node.getOutputList().stream()
                        .flatMap(output -> consumers.getOrDefault(output, List.of()).stream())
                        .noneMatch(this::isHalf);
    }

    private boolean isHalf(@Nullable NodeProto node) {
        return node != null && node.getOutputCount() > 0 && chosen.contains(node.getOutput(0));
    }
}

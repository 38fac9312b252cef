package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Halves;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rewrites the nodes that compute in 16 bits. A value keeps its name in 32 bits, so that outputs and inner graphs find it;
 * its 16-bit form has a name of its own. Each form is made at most once.
 */
final class HalfRewriting {
    private final GraphEditor graph;
    private final HalfChoice choice;
    private final Set<String> chosen;
    private final List<NodeProto> nodes = new ArrayList<>();
    private final Map<String, String> halves = new HashMap<>();

    /** Values that there are in 16 bits alone, so far. */
    private final Set<String> onlyHalf = new HashSet<>();

    private HalfRewriting(GraphEditor graph, HalfChoice choice, Set<String> chosen) {
        this.graph = graph;
        this.choice = choice;
        this.chosen = chosen;
    }

    static void apply(GraphEditor graph, HalfChoice choice, Set<String> chosen) {
        HalfRewriting rewriting = new HalfRewriting(graph, choice, chosen);
        for (NodeProto node : List.copyOf(graph.nodes())) {
            rewriting.add(node);
        }
        graph.outputs().stream().sorted().forEach(rewriting::requireFloat);
        graph.nodes().clear();
        graph.nodes().addAll(rewriting.nodes);
        StoredWeights.removeUnused(graph, rewriting.halves.keySet());
        graph.forgetValueInfos();
    }

    private void add(NodeProto node) {
        if (node.getOutputCount() > 0 && chosen.contains(node.getOutput(0))) {
            nodes.add(half(node));
        } else if (HalfOperators.isTypeFree(node) && onlyHalf.contains(node.getInput(0))) {
            nodes.add(
                    node.toBuilder().setInput(0, requireHalf(node.getInput(0))).build());
        } else {
            needed(node).forEach(this::requireFloat);
            nodes.add(node);
        }
    }

    private NodeProto half(NodeProto node) {
        NodeProto.Builder half = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            String input = node.getInput(i);
            if (HalfOperators.staysFloat(node, i)) {
                requireFloat(input);
            } else if (!input.isEmpty() && choice.isFloat(input)) {
                half.setInput(i, requireHalf(input));
            }
        }
        for (int i = 0; i < node.getOutputCount(); i++) {
            String output = node.getOutput(i);
            if (!output.isEmpty() && choice.isFloat(output)) {
                String name = graph.freshName(output + "_fp16");
                halves.put(output, name);
                onlyHalf.add(output);
                half.setOutput(i, name);
            }
        }
        return half.build();
    }

    /** The name of the value in 16 bits, made now if need be. */
    private String requireHalf(String value) {
        String known = halves.get(value);
        if (known != null) {
            return known;
        }
        String name = graph.freshName(value + "_fp16");
        halves.put(value, name);
        graph.initializer(value)
                .ifPresentOrElse(
                        tensor -> graph.put(
                                Tensors.ofHalves(name, tensor.getDimsList(), Halves.of(Tensors.floats(tensor)))),
                        () -> nodes.add(cast(value, name, TensorProto.DataType.FLOAT16)));
        return name;
    }

    private void requireFloat(String value) {
        if (onlyHalf.remove(value)) {
            nodes.add(cast(requireHalf(value), value, TensorProto.DataType.FLOAT));
        }
    }

    private static NodeProto cast(String from, String to, TensorProto.DataType type) {
        return NodeProto.newBuilder()
                .setOpType("Cast")
                .setName(to + "_cast")
                .addInput(from)
                .addOutput(to)
                .addAttribute(Attributes.ofInt("to", type.getNumber()))
                .build();
    }

    /** What a node uses, graphs inside it included. */
    private static Set<String> needed(NodeProto node) {
        Set<String> names = new LinkedHashSet<>(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                collect(attribute.getG(), names);
            }
            attribute.getGraphsList().forEach(inner -> collect(inner, names));
        }
        return names;
    }

    private static void collect(GraphProto inner, Set<String> names) {
        inner.getNodeList().forEach(node -> names.addAll(needed(node)));
        inner.getOutputList().forEach(output -> names.add(output.getName()));
    }
}

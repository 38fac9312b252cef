package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who makes and who reads each value of a graph. A snapshot: it does not follow changes of the graph. */
final class GraphIndex {
    private final List<NodeProto> nodes;
    private final Map<String, TensorProto> initializers = new HashMap<>();
    private final Map<String, Integer> producers = new HashMap<>();
    private final Map<String, List<Integer>> readers = new HashMap<>();
    private final Map<String, Integer> uses;

    GraphIndex(GraphEditor graph) {
        nodes = List.copyOf(graph.nodes());
        graph.initializers().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        uses = graph.uses();
        for (int i = 0; i < nodes.size(); i++) {
            int index = i;
            nodes.get(i).getOutputList().stream()
                    .filter(output -> !output.isEmpty())
                    .forEach(output -> producers.put(output, index));
            nodes.get(i).getInputList().stream()
                    .filter(input -> !input.isEmpty())
                    .distinct()
                    .forEach(input -> readers.computeIfAbsent(input, name -> new ArrayList<>())
                            .add(index));
        }
    }

    static GraphIndex of(ModelProto model) {
        return new GraphIndex(new GraphEditor(model));
    }

    List<NodeProto> nodes() {
        return nodes;
    }

    NodeProto node(int index) {
        return nodes.get(index);
    }

    /** How people call a node: its name, or that of its first output. */
    String title(int index) {
        NodeProto node = nodes.get(index);
        return node.getName().isEmpty() && node.getOutputCount() > 0 ? node.getOutput(0) : node.getName();
    }

    /** The node that makes a value; empty for inputs and initializers. */
    Optional<Integer> producer(String value) {
        return Optional.ofNullable(producers.get(value));
    }

    /** The nodes of the graph itself that read a value, in order. */
    List<Integer> readers(String value) {
        return readers.getOrDefault(value, List.of());
    }

    /** Reads by nodes, by graphs inside nodes, and as an output. */
    int uses(String value) {
        return uses.getOrDefault(value, 0);
    }

    boolean isConstant(String value) {
        return initializers.containsKey(value);
    }

    Optional<TensorProto> constant(String value) {
        return Optional.ofNullable(initializers.get(value));
    }

    /** The values of a constant of 32-bit floats. */
    Optional<float[]> floats(String value) {
        return constant(value).filter(Tensors::isFloat).map(Tensors::floats);
    }

    /** The input at that place; empty if the node has none there. */
    static Optional<String> input(NodeProto node, int at) {
        return at < node.getInputCount() && !node.getInput(at).isEmpty()
                ? Optional.of(node.getInput(at))
                : Optional.empty();
    }
}

package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model that passes change: nodes in order, initializers by name. Graphs inside nodes (If, Loop, Scan) are left as they
 * are; what they use from outside counts as used.
 */
public final class GraphEditor {
    private final ModelProto original;
    private final List<NodeProto> nodes;
    private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
    private final List<ValueInfoProto> inputs = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private List<ValueInfoProto> valueInfos;

    /** Edits a copy of {@code model}. */
    public GraphEditor(ModelProto model) {
        original = model;
        GraphProto graph = model.getGraph();
        nodes = new ArrayList<>(graph.getNodeList());
        valueInfos = graph.getValueInfoList();
        graph.getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        // Before IR 4 every initializer was an input too, which a caller might replace; weights are constants here.
        graph.getInputList().stream()
                .filter(input -> !initializers.containsKey(input.getName()))
                .forEach(inputs::add);
        model.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
    }

    /** Forgets what the file says of the types of values in between, because they change; readers infer them. */
    public void forgetValueInfos() {
        valueInfos = List.of();
    }

    /** The nodes, to be changed. */
    public List<NodeProto> nodes() {
        return nodes;
    }

    /** The initializer of that name. */
    public Optional<TensorProto> initializer(String name) {
        return Optional.ofNullable(initializers.get(name));
    }

    /** The initializers, in order. */
    public List<TensorProto> initializers() {
        return List.copyOf(initializers.values());
    }

    /** Adds an initializer, or replaces the one of that name. */
    public void put(TensorProto tensor) {
        initializers.put(tensor.getName(), tensor);
    }

    /** Removes an initializer. */
    public void remove(String name) {
        initializers.remove(name);
    }

    /** Notes something about the model in its metadata. */
    public void note(String key, String value) {
        metadata.put(key, value);
    }

    /** Names of the graph's outputs. */
    public Set<String> outputs() {
        Set<String> names = new HashSet<>();
        original.getGraph().getOutputList().forEach(output -> names.add(output.getName()));
        return names;
    }

    /** How often each value is used by nodes, inner graphs included; outputs of the graph count once. */
    public Map<String, Integer> uses() {
        Map<String, Integer> uses = new HashMap<>();
        for (NodeProto node : nodes) {
            count(node, uses);
        }
        outputs().forEach(output -> uses.merge(output, 1, Integer::sum));
        return uses;
    }

    private static void count(NodeProto node, Map<String, Integer> uses) {
        node.getInputList().forEach(input -> uses.merge(input, 1, Integer::sum));
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                countGraph(attribute.getG(), uses);
            }
            attribute.getGraphsList().forEach(graph -> countGraph(graph, uses));
        }
    }

    private static void countGraph(GraphProto graph, Map<String, Integer> uses) {
        graph.getNodeList().forEach(inner -> count(inner, uses));
        graph.getOutputList().forEach(output -> uses.merge(output.getName(), 1, Integer::sum));
    }

    /** A name that nothing in the model has. */
    public String freshName(String wish) {
        Set<String> taken = new HashSet<>(initializers.keySet());
        nodes.forEach(node -> taken.addAll(node.getOutputList()));
        inputs.forEach(input -> taken.add(input.getName()));
        String name = wish;
        for (int i = 2; taken.contains(name); i++) {
            name = wish + "_" + i;
        }
        return name;
    }

    /** The integer attribute of a node, or what it is when absent. */
    public static long intAttribute(NodeProto node, String name, long absent) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst()
                .map(AttributeProto::getI)
                .orElse(absent);
    }

    /** The float attribute of a node, or what it is when absent. */
    public static float floatAttribute(NodeProto node, String name, float absent) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst()
                .map(AttributeProto::getF)
                .orElse(absent);
    }

    /** The changed model. */
    public ModelProto build() {
        GraphProto graph = original.getGraph().toBuilder()
                .clearNode()
                .addAllNode(nodes)
                .clearInitializer()
                .addAllInitializer(initializers.values())
                .clearInput()
                .addAllInput(inputs)
                .clearValueInfo()
                .addAllValueInfo(valueInfos)
                .build();
        ModelProto.Builder model = original.toBuilder().setGraph(graph).clearMetadataProps();
        metadata.forEach((key, value) -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        // From IR 4 on initializers need not be inputs.
        return model.setIrVersion(Math.max(4, original.getIrVersion())).build();
    }
}

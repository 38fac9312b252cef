package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
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
    private final Names names = new Names();
    private final NodeList nodes;
    private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
    private final List<ValueInfoProto> inputs = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Long> opsets = new LinkedHashMap<>();
    private List<ValueInfoProto> valueInfos;

    /** Edits a copy of {@code model}. */
    public GraphEditor(ModelProto model) {
        original = model;
        GraphProto graph = model.getGraph();
        names.take(graph);
        nodes = new NodeList(graph.getNodeList(), names);
        valueInfos = graph.getValueInfoList();
        graph.getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        // Before IR 4 every initializer was an input too, which a caller might replace; weights are constants here.
        graph.getInputList().stream()
                .filter(input -> !initializers.containsKey(input.getName()))
                .forEach(inputs::add);
        model.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
        model.getOpsetImportList().forEach(opset -> opsets.put(domain(opset.getDomain()), opset.getVersion()));
    }

    private static String domain(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }

    /** Whether the node is one of the standard's operators of this type. */
    public static boolean is(NodeProto node, String type) {
        return node.getOpType().equals(type) && domain(node.getDomain()).isEmpty();
    }

    /** Version of the standard's operators; 0 if the model uses none. */
    public long opset() {
        return opset("");
    }

    /** Version of the operators of a domain; 0 if the model uses none. */
    public long opset(String domain) {
        return opsets.getOrDefault(domain, 0L);
    }

    /** Declares the version of a domain's operators; the caller answers for the nodes. */
    public void opset(String domain, long version) {
        opsets.put(domain, version);
    }

    /** Whether the model brings operators of its own, as functions. */
    public boolean hasFunctions() {
        return original.getFunctionsCount() > 0;
    }

    /** Forgets what the file says of the types of values in between, because they change; readers infer them. */
    public void forgetValueInfos() {
        valueInfos = List.of();
    }

    /** The graph's inputs, weights left out. */
    public List<ValueInfoProto> inputs() {
        return List.copyOf(inputs);
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
        names.take(tensor.getName());
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

    /** The nodes of the graphs inside a node, one level down. */
    public static List<NodeProto> innerNodes(NodeProto node) {
        List<NodeProto> inner = new ArrayList<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                inner.addAll(attribute.getG().getNodeList());
            }
            attribute.getGraphsList().forEach(graph -> inner.addAll(graph.getNodeList()));
        }
        return inner;
    }

    /** How often each value is used by nodes, inner graphs included; outputs of the graph count once. */
    public Map<String, Integer> uses() {
        Map<String, Integer> uses = new HashMap<>();
        for (NodeProto node : nodes) {
            count(node, uses);
        }
        outputs().forEach(output -> uses.merge(output, 1, Integer::sum));
        // An input that is left out has no name.
        uses.remove("");
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

    /** A name that nothing in the model has or had, inner graphs included; nobody gets it again. */
    public String freshName(String wish) {
        return names.fresh(wish);
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
                .addAllNode(withOwnNames())
                .clearInitializer()
                .addAllInitializer(initializers.values())
                .clearInput()
                .addAllInput(inputs)
                .clearValueInfo()
                .addAllValueInfo(valueInfos)
                .build();
        ModelProto.Builder model =
                original.toBuilder().setGraph(graph).clearMetadataProps().clearOpsetImport();
        opsets.forEach((domain, version) -> model.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
        metadata.forEach((key, value) -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return model.setIrVersion(Math.max(irVersion(opset()), original.getIrVersion()))
                .build();
    }

    /** ONNX Runtime refuses two nodes of one name; the later one gets another, and nodes without a name keep none. */
    private List<NodeProto> withOwnNames() {
        Names nodeNames = new Names();
        List<NodeProto> named = new ArrayList<>(nodes.size());
        for (NodeProto node : nodes) {
            String name = node.getName().isEmpty() ? "" : nodeNames.fresh(node.getName());
            named.add(
                    name.equals(node.getName())
                            ? node
                            : node.toBuilder().setName(name).build());
        }
        return named;
    }

    /** The format's version that came with an operator set (ONNX, Versioning.md); from 4 on weights need not be inputs. */
    private static long irVersion(long opset) {
        if (opset <= 9) {
            return 4;
        }
        long[] lastOpsets = {10, 11, 14, 18, 20};
        int newer = 0;
        while (newer < lastOpsets.length && opset > lastOpsets[newer]) {
            newer++;
        }
        return 5L + newer;
    }
}

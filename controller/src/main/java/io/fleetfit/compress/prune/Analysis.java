package io.fleetfit.compress.prune;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.linear.InnerGraphs;
import io.fleetfit.compress.linear.LinearLayer;
import io.fleetfit.onnx.GraphEditor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * The channels of a graph: which lie where, which must go together, and which must stay. Every value either has a layout of
 * channels that may go, or keeps its shape; an operator that is not known keeps the channels of all that flows into it.
 */
final class Analysis {
    static final String PASS = "prune-channels";

    private final GraphEditor graph;
    private final Map<String, long[]> shapes;
    private final PassContext context;
    private final Channels channels = new Channels();
    private final Map<String, Layout> layouts = new HashMap<>();
    private final List<Cut> cuts = new ArrayList<>();
    private final Map<Integer, LinearLayer> layers = new LinkedHashMap<>();
    private final Set<Integer> told = new HashSet<>();

    private Analysis(GraphEditor graph, Map<String, long[]> shapes, PassContext context) {
        this.graph = graph;
        this.shapes = shapes;
        this.context = context;
    }

    /**
     * Looks through a graph.
     *
     * @param shapes of all values
     */
    static Analysis of(GraphEditor graph, Map<String, long[]> shapes, PassContext context) {
        Analysis analysis = new Analysis(graph, shapes, context);
        Operators operators = new Operators(analysis);
        List<NodeProto> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            operators.pass(i, nodes.get(i));
        }
        for (NodeProto node : nodes) {
            InnerGraphs.captured(node).forEach(name -> analysis.freeze(name));
        }
        graph.outputs().forEach(analysis::freeze);
        return analysis;
    }

    GraphEditor graph() {
        return graph;
    }

    Channels channels() {
        return channels;
    }

    List<Cut> cuts() {
        return cuts;
    }

    /** The linear layers by their node's place, with channels that flow in or out. */
    Map<Integer, LinearLayer> layers() {
        return layers;
    }

    Optional<Layout> layout(String value) {
        return Optional.ofNullable(layouts.get(value));
    }

    void layout(String value, Layout layout) {
        layouts.put(value, layout);
    }

    Optional<long[]> shape(String value) {
        return graph.initializer(value)
                .map(tensor ->
                        tensor.getDimsList().stream().mapToLong(Long::longValue).toArray())
                .or(() -> Optional.ofNullable(shapes.get(value)));
    }

    private void freeze(String value) {
        layout(value).ifPresent(layout -> channels.freeze(layout.atoms()));
    }

    /** All channels that flow into a node stay, and what it gives keeps its shape; tells why, if there is more to say. */
    void keep(int index, String why) {
        NodeProto node = graph.nodes().get(index);
        boolean any = false;
        for (String input : node.getInputList()) {
            Optional<Layout> layout = layout(input);
            if (layout.isPresent()) {
                any |= Arrays.stream(layout.get().atoms()).anyMatch(atom -> !channels.isFrozen(atom));
                channels.freeze(layout.get().atoms());
            }
        }
        if (any && !why.isEmpty() && told.add(index)) {
            String name = node.getName().isEmpty() ? node.getOutput(0) : node.getName();
            context.findings()
                    .accept(new Finding(
                            PASS, name, node.getOpType() + ": " + why + "; the channels that flow into it stay"));
        }
    }

    /** The numbers that a layer costs a run, given how many positions of its channels are left. */
    long macs(int node, IntUnaryOperator left) {
        LinearLayer layer = layers.get(node);
        if (layer == null) {
            return 0;
        }
        long positions = 1;
        long[] out = shape(layer.output()).orElse(new long[0]);
        for (long side : out) {
            positions *= side;
        }
        positions /= Math.max(1, layer.outputs());
        long inputs = layer.groups() == 1
                ? layout(layer.input()).map(layout -> left(layout, left)).orElse((long) layer.inputs())
                : layer.inputs() / layer.groups();
        long outputs = layout(layer.output()).map(layout -> left(layout, left)).orElse((long) layer.outputs());
        return positions * inputs * outputs * layer.window().size();
    }

    private static long left(Layout layout, IntUnaryOperator left) {
        long sum = 0;
        for (int atom : layout.atoms()) {
            sum += left.applyAsInt(atom);
        }
        return sum;
    }
}

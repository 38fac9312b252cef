package io.fleetfit.compress.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Moves the nodes of a graph, and of the graphs inside it, from one version of the standard's operators to a newer one.
 * Every version in which an operator changed its meaning or its form is one {@link Step}; an operator that is in no list
 * is refused by name. Operators of other domains have versions of their own and stay.
 */
public final class OpsetUpgrade {
    /** Operators before this version broadcast by an attribute; converters refuse them too. */
    public static final int OLDEST = 7;

    /** Newest version whose changes are known here. */
    public static final int NEWEST = 21;

    private final long from;
    private final long to;

    private OpsetUpgrade(long from, long to) {
        this.from = from;
        this.to = to;
    }

    /**
     * Moves a graph. One that is as new already stays as it is.
     *
     * @param types what is known of its values
     * @throws ModelRefused if an operator cannot be moved
     */
    public static void apply(GraphEditor graph, int to, Map<String, ValueType> types) throws ModelRefused {
        long from = graph.opset();
        if (from >= to) {
            return;
        }
        List<NodeProto> moved = new OpsetUpgrade(from, to).move(List.copyOf(graph.nodes()), Scope.of(graph, types));
        graph.nodes().clear();
        graph.nodes().addAll(moved);
        graph.opset("", to);
    }

    /**
     * Refuses, without looking at values, what can never be moved.
     *
     * @throws ModelRefused if the graph is older than {@link #OLDEST}, brings functions or has an operator that is not
     *     known
     */
    public static void check(GraphEditor graph, int to) throws ModelRefused {
        long from = graph.opset();
        if (from > 0 && from < OLDEST) {
            throw new ModelRefused(
                    ModelRefused.Code.NOT_COMPRESSIBLE,
                    "the model uses opset " + from
                            + ", whose operators broadcast in another way than those since opset " + OLDEST
                            + "; export it again with opset " + OLDEST + " or newer, best " + to);
        }
        if (graph.hasFunctions()) {
            throw new ModelRefused(
                    ModelRefused.Code.NOT_COMPRESSIBLE,
                    "the model brings operators of its own as ONNX functions, which cannot be moved to opset " + to
                            + "; inline them (onnx.inliner.inline_local_functions) or export with opset " + to);
        }
        for (NodeProto node : graph.nodes()) {
            requireKnown(node, to);
        }
    }

    private static void requireKnown(NodeProto node, int to) throws ModelRefused {
        if (GraphEditor.is(node, node.getOpType()) && !OperatorChanges.isKnown(node.getOpType())) {
            throw Scope.refused(node, "its changes until then are not known; export the model with opset " + to);
        }
        for (NodeProto inner : GraphEditor.innerNodes(node)) {
            requireKnown(inner, to);
        }
    }

    private List<NodeProto> move(List<NodeProto> nodes, Scope scope) throws ModelRefused {
        List<NodeProto> moved = new ArrayList<>(nodes.size());
        for (NodeProto node : nodes) {
            moved.addAll(move(withInnerGraphsMoved(node, scope), scope));
        }
        return moved;
    }

    private List<NodeProto> move(NodeProto node, Scope scope) throws ModelRefused {
        if (!GraphEditor.is(node, node.getOpType())) {
            return List.of(node);
        }
        List<NodeProto> now = List.of(node);
        for (int version = (int) from + 1; version <= to; version++) {
            List<NodeProto> next = new ArrayList<>();
            for (NodeProto each : now) {
                SortedMap<Integer, Step> steps = OperatorChanges.of(each.getOpType());
                Step step = steps.get(version);
                next.addAll(step == null ? List.of(each) : step.over(each, scope));
            }
            now = next;
        }
        return now;
    }

    private NodeProto withInnerGraphsMoved(NodeProto node, Scope scope) throws ModelRefused {
        boolean hasGraphs = node.getAttributeList().stream()
                .anyMatch(attribute -> attribute.hasG() || attribute.getGraphsCount() > 0);
        if (!hasGraphs) {
            return node;
        }
        NodeProto.Builder moved = node.toBuilder();
        for (AttributeProto.Builder attribute : moved.getAttributeBuilderList()) {
            if (attribute.hasG()) {
                attribute.setG(scope.inner(attribute.getG(), this::move));
            }
            for (int i = 0; i < attribute.getGraphsCount(); i++) {
                attribute.setGraphs(i, scope.inner(attribute.getGraphs(i), this::move));
            }
        }
        return moved.build();
    }
}

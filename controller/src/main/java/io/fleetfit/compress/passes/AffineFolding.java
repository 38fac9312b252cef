package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.GraphEditor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Folds nodes that scale and shift channels into the layer before or behind them. Only where nothing else uses the value in
 * between; into the layer behind only where no zeros are padded between the two, or nothing is shifted.
 */
final class AffineFolding {
    private final GraphEditor graph;
    private final Finder finder;
    private final Map<String, Integer> uses;

    /** Says what nodes are folded. */
    interface Finder {
        /** What the node computes; {@code rank} is that of the value it changes, whose channels are dimension 1. */
        Optional<ChannelAffine> find(NodeProto node, int rank);
    }

    private AffineFolding(GraphEditor graph, Finder finder) {
        this.graph = graph;
        this.finder = finder;
        uses = graph.uses();
    }

    /** Folds all nodes that {@code finder} knows. */
    static void apply(GraphEditor graph, Finder finder) {
        AffineFolding folding = new AffineFolding(graph, finder);
        folding.intoLayersBefore();
        folding.intoLayersBehind();
    }

    private void intoLayersBefore() {
        Map<String, Integer> producers = new HashMap<>();
        List<NodeProto> nodes = graph.nodes();
        boolean[] gone = new boolean[nodes.size()];
        for (int i = 0; i < nodes.size(); i++) {
            NodeProto node = nodes.get(i);
            Optional<Integer> producer = producer(node, producers);
            if (producer.isPresent() && append(producer.get(), node)) {
                gone[i] = true;
                producers.put(node.getOutput(0), producer.get());
                continue;
            }
            int index = i;
            node.getOutputList().forEach(output -> producers.put(output, index));
        }
        removeAll(gone);
    }

    /** The layer whose output the node alone uses. */
    private Optional<Integer> producer(NodeProto node, Map<String, Integer> producers) {
        return node.getInputList().stream()
                .filter(input -> producers.containsKey(input) && uses.getOrDefault(input, 0) == 1)
                .map(producers::get)
                .findFirst();
    }

    private boolean append(int index, NodeProto node) {
        NodeProto before = graph.nodes().get(index);
        Optional<LinearLayer> layer = layerIfFoldable(before, node);
        if (layer.isEmpty()) {
            return false;
        }
        LinearLayer found = layer.get();
        Optional<ChannelAffine> affine = finder.find(node, found.weight().getDimsCount())
                .filter(each -> each.input().equals(before.getOutput(0)) && each.fits(found.channels()));
        if (affine.isEmpty()) {
            return false;
        }
        found.append(affine.get());
        store(index, found, before.getInput(0), node.getOutput(0));
        return true;
    }

    private void store(int index, LinearLayer layer, String input, String output) {
        NodeProto stored = layer.store(graph, uses, input, output);
        layer.node().getInputList().stream().skip(1).forEach(name -> uses.merge(name, -1, Integer::sum));
        stored.getInputList().stream().skip(1).forEach(name -> uses.merge(name, 1, Integer::sum));
        graph.nodes().set(index, stored);
    }

    /** Reading weights is dear; most nodes are no candidates. */
    private Optional<LinearLayer> layerIfFoldable(NodeProto layer, NodeProto node) {
        return switch (node.getOpType()) {
            case "BatchNormalization", "Add", "Sub", "Mul", "Div" -> LinearLayer.of(graph, layer);
            default -> Optional.empty();
        };
    }

    private void intoLayersBehind() {
        Map<String, Integer> affines = new HashMap<>();
        List<NodeProto> nodes = graph.nodes();
        boolean[] gone = new boolean[nodes.size()];
        for (int i = 0; i < nodes.size(); i++) {
            if (GraphEditor.is(nodes.get(i), "Conv")) {
                Integer affine = affines.get(nodes.get(i).getInput(0));
                while (affine != null && prepend(i, affine)) {
                    gone[affine] = true;
                    affine = affines.get(nodes.get(i).getInput(0));
                }
            }
            NodeProto node = nodes.get(i);
            if (node.getOutputCount() == 1 && uses.getOrDefault(node.getOutput(0), 0) == 1) {
                affines.put(node.getOutput(0), i);
            }
        }
        removeAll(gone);
    }

    private boolean prepend(int index, int affineIndex) {
        NodeProto conv = graph.nodes().get(index);
        Optional<LinearLayer> layer = layerIfFoldable(conv, graph.nodes().get(affineIndex));
        if (layer.isEmpty()) {
            return false;
        }
        LinearLayer found = layer.get();
        Optional<ChannelAffine> affine = finder.find(
                        graph.nodes().get(affineIndex), found.weight().getDimsCount())
                .filter(each -> each.fits(found.inputChannels()) && (each.shiftsNothing() || !found.isPadded()));
        if (affine.isEmpty()) {
            return false;
        }
        found.prepend(affine.get());
        store(index, found, affine.get().input(), conv.getOutput(0));
        return true;
    }

    private void removeAll(boolean[] gone) {
        List<NodeProto> nodes = graph.nodes();
        for (int i = gone.length - 1; i >= 0; i--) {
            if (gone[i]) {
                nodes.remove(i);
            }
        }
    }
}

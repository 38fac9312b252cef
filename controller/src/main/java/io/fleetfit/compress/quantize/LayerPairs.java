package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Convolutions that follow each other with nothing in between that minds positive factors.
 *
 * @param pairs in the order of the graph
 * @param left why other convolutions have no partner, by name of the node
 */
record LayerPairs(List<LayerPair> pairs, Map<String, String> left) {
    LayerPairs {
        pairs = List.copyOf(pairs);
    }

    static LayerPairs find(GraphIndex graph) {
        List<LayerPair> pairs = new ArrayList<>();
        Map<String, String> left = new TreeMap<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            if (isConvolution(graph, i)) {
                Walk walk = new Walk(graph, i);
                walk.go();
                walk.pair().ifPresent(pairs::add);
                if (!walk.why.isEmpty()) {
                    left.put(graph.title(i), walk.why);
                }
            }
        }
        return new LayerPairs(pairs, left);
    }

    private static boolean isConvolution(GraphIndex graph, int index) {
        NodeProto node = graph.node(index);
        return node.getOpType().equals("Conv") && OperatorRole.of(node) == OperatorRole.WEIGHTED;
    }

    /** From a convolution along values that one node alone reads to the next. */
    private static final class Walk {
        private final GraphIndex graph;
        private final int first;
        private int second = -1;
        private Optional<String> clip = Optional.empty();
        private double bound;
        private String why = "";

        Walk(GraphIndex graph, int first) {
            this.graph = graph;
            this.first = first;
        }

        Optional<LayerPair> pair() {
            return second < 0 ? Optional.empty() : Optional.of(new LayerPair(first, second, clip, bound));
        }

        void go() {
            if (!ownWeights(first)) {
                why = "is not equalised: its weights or its bias are not constants of its own";
                return;
            }
            String value = graph.node(first).getOutput(0);
            while (why.isEmpty() && second < 0) {
                if (graph.uses(value) != 1 || graph.readers(value).size() != 1) {
                    why = "is not equalised: several nodes read what comes of it";
                    return;
                }
                value = step(value, graph.readers(value).get(0));
            }
        }

        private String step(String value, int reader) {
            NodeProto node = graph.node(reader);
            if (isConvolution(graph, reader) && node.getInput(0).equals(value)) {
                if (ownWeights(reader)) {
                    second = reader;
                } else {
                    why = "is not equalised: the weights of the next convolution are not constants of its own";
                }
            } else if (!passes(value, reader)) {
                why = "is not equalised: " + node.getOpType() + " follows before the next convolution";
            }
            return node.getOutputCount() > 0 ? node.getOutput(0) : "";
        }

        private boolean passes(String value, int reader) {
            NodeProto node = graph.node(reader);
            boolean standard = node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
            return standard
                    && switch (node.getOpType()) {
                        case "Relu", "LeakyRelu", "AveragePool", "GlobalAveragePool" -> true;
                        case "MaxPool" -> OperatorRole.of(node) == OperatorRole.CARRYING;
                        case "Clip" -> passesClip(value, reader);
                        default -> false;
                    };
        }

        private boolean passesClip(String value, int reader) {
            Optional<Clamp> clamp = Clamp.of(graph, reader);
            if (clip.isPresent()
                    || clamp.isEmpty()
                    || clamp.get().low() != 0
                    || !(clamp.get().high() > 0)) {
                return false;
            }
            if (clamp.get().high() < Double.POSITIVE_INFINITY) {
                clip = Optional.of(value);
                bound = clamp.get().high();
            }
            return true;
        }

        private boolean ownWeights(int index) {
            NodeProto node = graph.node(index);
            Optional<TensorProto> weight = graph.constant(node.getInput(1)).filter(Tensors::isFloat);
            Optional<String> bias = GraphIndex.input(node, 2);
            return weight.isPresent()
                    && weight.get().getDimsCount() >= 3
                    && weight.get().getDims(0) % GraphEditor.intAttribute(node, "group", 1) == 0
                    && graph.uses(node.getInput(1)) == 1
                    && (bias.isEmpty()
                            || (graph.uses(bias.get()) == 1
                                    && graph.floats(bias.get()).isPresent()));
        }
    }
}

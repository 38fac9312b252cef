package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.PassContext;
import io.fleetfit.onnx.GraphEditor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Merges parallel convolutions of one value whose results are summed, with or without the value itself, scaled or not, into
 * one convolution (RepVGG, arXiv 2101.03697, section 3.3; asymmetric kernels as in ACNet, arXiv 1908.03930). Sums of sums
 * are seen through. Branches that differ in stride or groups, or whose merged kernel would cost more than they do, stay.
 */
public final class MergeBranches implements CompressionPass {
    @Override
    public String name() {
        return "merge-branches";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) {
        Map<String, Integer> uses = graph.uses();
        Map<String, NodeProto> producers = new HashMap<>();
        graph.nodes().forEach(node -> node.getOutputList().forEach(output -> producers.put(output, node)));
        List<NodeProto> nodes = List.copyOf(graph.nodes());
        Map<NodeProto, List<NodeProto>> replaced = new HashMap<>();
        Set<String> gone = new HashSet<>();
        // From the last sum on, so that a sum of sums is seen whole.
        for (int i = nodes.size() - 1; i >= 0; i--) {
            NodeProto sum = nodes.get(i);
            if (isSum(sum) && !gone.contains(sum.getOutput(0))) {
                Sum found = new Sum(graph, uses, producers);
                found.collect(sum, true);
                found.merged(sum.getOutput(0)).ifPresent(merged -> {
                    replaced.put(sum, merged);
                    gone.addAll(found.inside);
                });
            }
        }
        rebuild(graph, replaced, gone);
    }

    private static boolean isSum(NodeProto node) {
        return (GraphEditor.is(node, "Add") && node.getInputCount() == 2) || GraphEditor.is(node, "Sum");
    }

    private static void rebuild(GraphEditor graph, Map<NodeProto, List<NodeProto>> replaced, Set<String> gone) {
        List<NodeProto> rebuilt = new ArrayList<>();
        for (NodeProto node : graph.nodes()) {
            List<NodeProto> instead = replaced.get(node);
            if (instead != null) {
                rebuilt.addAll(instead);
            } else if (node.getOutputCount() == 0 || !gone.contains(node.getOutput(0))) {
                rebuilt.add(node);
            }
        }
        graph.nodes().clear();
        graph.nodes().addAll(rebuilt);
    }

    /** The terms of one sum. */
    private static final class Sum {
        private final GraphEditor graph;
        private final Map<String, Integer> uses;
        private final Map<String, NodeProto> producers;
        private final List<String> terms = new ArrayList<>();

        /** Values that are gone when the sum is merged. */
        private final Set<String> inside = new HashSet<>();

        Sum(GraphEditor graph, Map<String, Integer> uses, Map<String, NodeProto> producers) {
            this.graph = graph;
            this.uses = uses;
            this.producers = producers;
        }

        void collect(NodeProto sum, boolean outermost) {
            if (!outermost) {
                inside.add(sum.getOutput(0));
            }
            for (String input : sum.getInputList()) {
                NodeProto producer = producers.get(input);
                if (producer != null && isSum(producer) && uses.getOrDefault(input, 0) == 1) {
                    collect(producer, false);
                } else {
                    terms.add(input);
                }
            }
        }

        /** The nodes that make the sum with fewer terms; empty if none can be merged. */
        Optional<List<NodeProto>> merged(String output) {
            Map<String, BranchMerge> merges = new LinkedHashMap<>();
            terms.forEach(term -> conv(term)
                    .ifPresent(layer -> merges.computeIfAbsent(BranchMerge.key(layer), key -> new BranchMerge(graph))
                            .add(term, layer)));
            for (String term : terms) {
                for (BranchMerge merge : merges.values()) {
                    if (merges.values().stream().noneMatch(any -> any.has(term))) {
                        addPlain(merge, term);
                    }
                }
            }
            List<BranchMerge> worthwhile =
                    merges.values().stream().filter(BranchMerge::isWorthwhile).toList();
            return worthwhile.isEmpty() ? Optional.empty() : Optional.of(nodes(worthwhile, output));
        }

        private Optional<LinearLayer> conv(String term) {
            return uses.getOrDefault(term, 0) == 1
                    ? Optional.ofNullable(producers.get(term))
                            .filter(node -> GraphEditor.is(node, "Conv"))
                            .flatMap(node -> LinearLayer.of(graph, node))
                            .filter(BranchMerge::isPlainGrid)
                    : Optional.empty();
        }

        /** Takes the value itself, or scaled and shifted by channel, as one more branch if it fits. */
        private void addPlain(BranchMerge merge, String term) {
            if (merge.addIdentity(term, term, 1, 0)) {
                return;
            }
            NodeProto producer = producers.get(term);
            if (producer != null && uses.getOrDefault(term, 0) == 1) {
                ChannelAffine.ofBatchNormalization(graph, producer)
                        .or(() -> ChannelAffine.ofArithmetic(graph, producer, merge.rank()))
                        .ifPresent(affine -> merge.addIdentity(term, affine));
            }
        }

        private List<NodeProto> nodes(List<BranchMerge> merges, String output) {
            List<String> left = new ArrayList<>(terms);
            List<NodeProto> nodes = new ArrayList<>();
            for (BranchMerge merge : merges) {
                merge.terms().forEach(left::remove);
                merge.gone().forEach(inside::add);
            }
            boolean single = left.isEmpty() && merges.size() == 1;
            for (BranchMerge merge : merges) {
                String name = single ? output : graph.freshName(output + "_merged");
                nodes.add(merge.node(name));
                left.add(0, name);
            }
            String sum = left.get(0);
            for (int i = 1; i < left.size(); i++) {
                String next = i == left.size() - 1 ? output : graph.freshName(output + "_part");
                nodes.add(NodeProto.newBuilder()
                        .setOpType("Add")
                        .setName(next)
                        .addInput(sum)
                        .addInput(left.get(i))
                        .addOutput(next)
                        .build());
                sum = next;
            }
            return nodes;
        }
    }
}

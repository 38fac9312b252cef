package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.PassContext;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Folds a batch normalisation into the convolution before it: {@code W' = W·γ/√(σ²+ε)}, {@code b' = (b−μ)·γ/√(σ²+ε)+β}
 * (Jacob et al., arXiv 1712.05877, section 3.2). Only where nothing else uses the convolution's output.
 */
public final class FoldBatchNormalization implements CompressionPass {
    @Override
    public String name() {
        return "fold-batch-normalization";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) {
        Map<String, Integer> uses = graph.uses();
        Map<String, Integer> producers = new HashMap<>();
        List<NodeProto> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            NodeProto node = nodes.get(i);
            if (isFoldable(node, uses)) {
                Optional<Integer> producer = Optional.ofNullable(producers.get(node.getInput(0)));
                if (producer.isPresent() && fold(graph, uses, producer.get(), node)) {
                    nodes.remove(i);
                    i--;
                    producers.put(node.getOutput(0), producer.get());
                    continue;
                }
            }
            int index = i;
            node.getOutputList().forEach(output -> producers.put(output, index));
        }
    }

    /** Training outputs beyond the first would be lost. */
    private static boolean isFoldable(NodeProto node, Map<String, Integer> uses) {
        return node.getOpType().equals("BatchNormalization")
                && GraphEditor.intAttribute(node, "training_mode", 0) == 0
                && uses.getOrDefault(node.getInput(0), 0) == 1
                && node.getOutputList().stream().skip(1).noneMatch(uses::containsKey);
    }

    private static boolean fold(GraphEditor graph, Map<String, Integer> uses, int index, NodeProto norm) {
        NodeProto conv = graph.nodes().get(index);
        if (!conv.getOpType().equals("Conv") || !conv.getOutput(0).equals(norm.getInput(0))) {
            return false;
        }
        Optional<float[]> weight = floats(graph, conv.getInput(1));
        Optional<float[]> gamma = floats(graph, norm.getInput(1));
        Optional<float[]> beta = floats(graph, norm.getInput(2));
        Optional<float[]> mean = floats(graph, norm.getInput(3));
        Optional<float[]> variance = floats(graph, norm.getInput(4));
        boolean hasBias = conv.getInputCount() > 2 && !conv.getInput(2).isEmpty();
        Optional<float[]> bias =
                hasBias ? floats(graph, conv.getInput(2)) : gamma.map(values -> new float[values.length]);
        if (weight.isEmpty()
                || gamma.isEmpty()
                || beta.isEmpty()
                || mean.isEmpty()
                || variance.isEmpty()
                || bias.isEmpty()) {
            return false;
        }
        float epsilon = GraphEditor.floatAttribute(norm, "epsilon", 1e-5f);
        float[] w = weight.get();
        float[] b = bias.get();
        int channels = gamma.get().length;
        int perChannel = w.length / channels;
        for (int c = 0; c < channels; c++) {
            double factor = gamma.get()[c] / Math.sqrt(variance.get()[c] + (double) epsilon);
            for (int i = c * perChannel; i < (c + 1) * perChannel; i++) {
                w[i] = (float) (w[i] * factor);
            }
            b[c] = (float) ((b[c] - mean.get()[c]) * factor + beta.get()[c]);
        }
        replace(graph, uses, index, norm, w, b);
        return true;
    }

    private static void replace(
            GraphEditor graph, Map<String, Integer> uses, int index, NodeProto norm, float[] w, float[] b) {
        NodeProto conv = graph.nodes().get(index);
        List<Long> dims = graph.initializer(conv.getInput(1))
                .map(TensorProto::getDimsList)
                .orElseThrow();
        // A weight that another node uses too keeps its values under its old name.
        String weightName = uses.getOrDefault(conv.getInput(1), 0) == 1
                ? conv.getInput(1)
                : graph.freshName(conv.getInput(1) + "_folded");
        graph.put(Tensors.ofFloats(weightName, dims, w));
        String biasName = graph.freshName(norm.getOutput(0) + "_bias");
        graph.put(Tensors.ofFloats(biasName, List.of((long) b.length), b));
        graph.nodes()
                .set(
                        index,
                        conv.toBuilder()
                                .clearInput()
                                .addInput(conv.getInput(0))
                                .addInput(weightName)
                                .addInput(biasName)
                                .setOutput(0, norm.getOutput(0))
                                .build());
    }

    private static Optional<float[]> floats(GraphEditor graph, String name) {
        return graph.initializer(name).filter(Tensors::isFloat).map(Tensors::floats);
    }
}

package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Conv, ConvTranspose or Gemm with constant weights and bias, as numbers that can be changed.
 *
 * @param node as it stands in the graph
 * @param weight its weights
 * @param w values of the weights
 * @param bias one an output channel; zeros if the node has none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LinearLayer(NodeProto node, TensorProto weight, double[] w, double[] bias) {
    /** The layer of a node, if it is one whose numbers are constant. */
    static Optional<LinearLayer> of(GraphEditor graph, NodeProto node) {
        boolean isLinear = GraphEditor.is(node, "Conv")
                || GraphEditor.is(node, "ConvTranspose")
                || (GraphEditor.is(node, "Gemm") && GraphEditor.floatAttribute(node, "beta", 1) == 1);
        if (!isLinear || node.getInputCount() < 2) {
            return Optional.empty();
        }
        Optional<TensorProto> weight = graph.initializer(node.getInput(1))
                .filter(tensor -> isWide(tensor) && Tensors.elements(tensor) > 0 && tensor.getDimsCount() > 1);
        if (weight.isEmpty()) {
            return Optional.empty();
        }
        double[] w = Tensors.reals(weight.get());
        LinearLayer bare = new LinearLayer(node, weight.get(), w, new double[0]);
        return bare.bias(graph).map(bias -> new LinearLayer(node, weight.get(), w, bias));
    }

    /** Products of 16-bit weights may leave their range, so such layers stay. */
    private static boolean isWide(TensorProto tensor) {
        return Tensors.isReal(tensor) && tensor.getDataType() != TensorProto.DataType.FLOAT16.getNumber();
    }

    private Optional<double[]> bias(GraphEditor graph) {
        int channels = channels();
        if (node.getInputCount() < 3 || node.getInput(2).isEmpty()) {
            return Optional.of(new double[channels]);
        }
        Optional<TensorProto> tensor = graph.initializer(node.getInput(2)).filter(Tensors::isReal);
        if (tensor.isEmpty()) {
            return Optional.empty();
        }
        double[] values = Tensors.reals(tensor.get());
        int last = tensor.get().getDimsCount() - 1;
        boolean isRow = values.length == 1 || (last >= 0 && tensor.get().getDims(last) == channels);
        if (!isRow || (values.length != channels && values.length != 1)) {
            return Optional.empty();
        }
        double[] bias = new double[channels];
        for (int c = 0; c < channels; c++) {
            bias[c] = values[values.length == 1 ? 0 : c];
        }
        return Optional.of(bias);
    }

    /** Number of output channels. */
    int channels() {
        List<Long> dims = weight.getDimsList();
        return Math.toIntExact(
                switch (node.getOpType()) {
                    case "Conv" -> dims.get(0);
                    case "ConvTranspose" -> dims.get(1) * groups();
                    default -> dims.get(GraphEditor.intAttribute(node, "transB", 0) == 1 ? 0 : 1);
                });
    }

    long groups() {
        return GraphEditor.intAttribute(node, "group", 1);
    }

    /** The output channel that a weight works for. */
    int channel(int index) {
        int first = Math.toIntExact(weight.getDims(0));
        int perFirst = w.length / first;
        int second = Math.toIntExact(weight.getDims(1));
        int inner = perFirst / second;
        return switch (node.getOpType()) {
            case "Conv" -> index / perFirst;
            case "ConvTranspose" -> {
                int group = (int) (index / perFirst / (first / groups()));
                yield group * second + index / inner % second;
            }
            default -> GraphEditor.intAttribute(node, "transB", 0) == 1 ? index / perFirst : index % second;
        };
    }

    /** The layer followed by {@code after}. */
    void append(ChannelAffine after) {
        for (int i = 0; i < w.length; i++) {
            w[i] *= after.scale(channel(i));
        }
        for (int c = 0; c < bias.length; c++) {
            bias[c] = bias[c] * after.scale(c) + after.shift(c);
        }
    }

    /** Number of input channels of a Conv. */
    int inputChannels() {
        return Math.toIntExact(weight.getDims(1) * groups());
    }

    /** A Conv that {@code before} comes before. */
    void prepend(ChannelAffine before) {
        int perOutput = w.length / channels();
        int inputs = Math.toIntExact(weight.getDims(1));
        int inner = perOutput / inputs;
        int outputsPerGroup = (int) (channels() / groups());
        for (int i = 0; i < w.length; i++) {
            int output = i / perOutput;
            int input = output / outputsPerGroup * inputs + i / inner % inputs;
            bias[output] += w[i] * before.shift(input);
            w[i] *= before.scale(input);
        }
    }

    /** Whether a Conv adds zeros around its input. */
    boolean isPadded() {
        String auto = Attributes.text(node, "auto_pad", "NOTSET");
        return auto.startsWith("SAME") || Attributes.ints(node, "pads").stream().anyMatch(pad -> pad != 0);
    }

    /** Puts the numbers into the graph; gives the node that uses them, with this input and output. */
    NodeProto store(GraphEditor graph, Map<String, Integer> uses, String input, String output) {
        TensorProto.DataType type = Optional.ofNullable(TensorProto.DataType.forNumber(weight.getDataType()))
                .orElseThrow();
        // A weight that something else uses too keeps its values under its old name.
        String weightName = uses.getOrDefault(weight.getName(), 0) == 1
                ? weight.getName()
                : graph.freshName(weight.getName() + "_folded");
        graph.put(Tensors.ofReals(weightName, weight.getDimsList(), type, w));
        String biasName = graph.freshName(output + "_bias");
        graph.put(Tensors.ofReals(biasName, List.of((long) bias.length), type, bias));
        List<String> inputs = new ArrayList<>(List.of(input, weightName, biasName));
        return node.toBuilder()
                .clearInput()
                .addAllInput(inputs)
                .setOutput(0, output)
                .build();
    }
}

package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A node that computes {@code y = scale·x + shift} with one scale and one shift a channel: batch normalisation, or a sum,
 * difference, product or quotient with a constant.
 *
 * @param input the value that it takes
 * @param scale one a channel, or a single one for all
 * @param shift as many
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ChannelAffine(String input, double[] scale, double[] shift) {
    /** Batch normalisation for inference with constant parameters (Ioffe and Szegedy, arXiv 1502.03167). */
    static Optional<ChannelAffine> ofBatchNormalization(GraphEditor graph, NodeProto node) {
        if (!GraphEditor.is(node, "BatchNormalization")
                || node.getInputCount() != 5
                || GraphEditor.intAttribute(node, "training_mode", 0) != 0
                || GraphEditor.intAttribute(node, "spatial", 1) != 1
                // Further outputs, used or not, mean training in older opsets.
                || node.getOutputList().stream().skip(1).anyMatch(output -> !output.isEmpty())) {
            return Optional.empty();
        }
        double[][] parameters = new double[4][];
        for (int i = 0; i < 4; i++) {
            Optional<TensorProto> tensor =
                    graph.initializer(node.getInput(i + 1)).filter(Tensors::isReal);
            if (tensor.isEmpty()) {
                return Optional.empty();
            }
            parameters[i] = Tensors.reals(tensor.get());
        }
        double epsilon = GraphEditor.floatAttribute(node, "epsilon", 1e-5f);
        double[] scale = new double[parameters[0].length];
        double[] shift = new double[scale.length];
        for (int c = 0; c < scale.length; c++) {
            scale[c] = parameters[0][c] / Math.sqrt(parameters[3][c] + epsilon);
            shift[c] = parameters[1][c] - parameters[2][c] * scale[c];
        }
        return Optional.of(new ChannelAffine(node.getInput(0), scale, shift)).filter(ChannelAffine::isFinite);
    }

    /**
     * A sum, difference, product or quotient with a constant of one value a channel.
     *
     * @param rank of the value that is changed; its channels are dimension 1
     */
    static Optional<ChannelAffine> ofArithmetic(GraphEditor graph, NodeProto node, int rank) {
        if (node.getInputCount() != 2 || !node.getDomain().isEmpty()) {
            return Optional.empty();
        }
        boolean constantFirst = graph.initializer(node.getInput(0)).isPresent();
        Optional<double[]> constant = graph.initializer(node.getInput(constantFirst ? 0 : 1))
                .filter(tensor -> Tensors.isReal(tensor) && isPerChannel(tensor.getDimsList(), rank))
                .map(Tensors::reals);
        if (constant.isEmpty()
                || graph.initializer(node.getInput(constantFirst ? 1 : 0)).isPresent()) {
            return Optional.empty();
        }
        String input = node.getInput(constantFirst ? 1 : 0);
        return of(node.getOpType(), constantFirst, input, constant.get()).filter(ChannelAffine::isFinite);
    }

    private static Optional<ChannelAffine> of(String type, boolean constantFirst, String input, double[] c) {
        return switch (type) {
            case "Add" -> Optional.of(new ChannelAffine(input, filled(c, 1), c));
            case "Sub" ->
                Optional.of(
                        constantFirst
                                ? new ChannelAffine(input, filled(c, -1), c)
                                : new ChannelAffine(
                                        input,
                                        filled(c, 1),
                                        Arrays.stream(c).map(v -> -v).toArray()));
            case "Mul" -> Optional.of(new ChannelAffine(input, c, filled(c, 0)));
            case "Div" ->
                constantFirst
                        ? Optional.empty()
                        : Optional.of(new ChannelAffine(
                                input, Arrays.stream(c).map(v -> 1 / v).toArray(), filled(c, 0)));
            default -> Optional.empty();
        };
    }

    private static double[] filled(double[] like, double value) {
        double[] values = new double[like.length];
        Arrays.fill(values, value);
        return values;
    }

    /** All dimensions 1, but that of the channels; not more dimensions than the value has, which would grow. */
    private static boolean isPerChannel(List<Long> dims, int rank) {
        if (dims.size() > rank) {
            return false;
        }
        for (int i = 0; i < dims.size(); i++) {
            boolean isChannel = i + rank - dims.size() == 1;
            if (dims.get(i) != 1 && (!isChannel || dims.get(i) == 0)) {
                return false;
            }
        }
        return true;
    }

    private boolean isFinite() {
        return Arrays.stream(scale).allMatch(Double::isFinite)
                && Arrays.stream(shift).allMatch(Double::isFinite);
    }

    /** Whether it is made for that many channels. */
    boolean fits(int channels) {
        return scale.length == channels || scale.length == 1;
    }

    double scale(int channel) {
        return scale[scale.length == 1 ? 0 : channel];
    }

    double shift(int channel) {
        return shift[shift.length == 1 ? 0 : channel];
    }

    boolean shiftsNothing() {
        return Arrays.stream(shift).allMatch(value -> value == 0);
    }
}

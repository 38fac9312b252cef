package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import java.util.List;
import java.util.Optional;

/**
 * What rounding the weights adds to the mean of each output channel: {@code Σ (W' − W)·E[x]} (Nagel et al., Data-Free
 * Quantization Through Weight Equalization and Bias Correction, arXiv 1906.04721, section 4.2), with means as they were
 * seen instead of those of a normalisation, so that it holds behind any activation function. Zero padding counts: a tap of
 * the kernel that lies outside the image sees 0.
 */
final class BiasShift {
    private BiasShift() {}

    /**
     * The shift of each output channel, to be taken from the bias; empty if the layer's form is not known.
     *
     * @param error of each weight
     * @param means of the input by channel
     * @param in shape of the input
     * @param out shape of the output
     */
    static Optional<float[]> of(
            NodeProto node, TensorProto weight, float[] error, double[] means, long[] in, long[] out) {
        return switch (node.getOpType()) {
            case "Conv" -> convolution(node, weight, error, means, in, out);
            case "Gemm" -> product(error, weight, means, GraphEditor.intAttribute(node, "transB", 0) == 1);
            default -> Optional.empty();
        };
    }

    private static Optional<float[]> product(float[] error, TensorProto weight, double[] means, boolean transposed) {
        int rows = Math.toIntExact(weight.getDims(0));
        int columns = Math.toIntExact(weight.getDims(1));
        int inputs = transposed ? columns : rows;
        if (means.length != inputs) {
            return Optional.empty();
        }
        double[] shift = new double[transposed ? rows : columns];
        for (int i = 0; i < error.length; i++) {
            int row = i / columns;
            int column = i % columns;
            shift[transposed ? row : column] += error[i] * means[transposed ? column : row];
        }
        return Optional.of(floats(shift));
    }

    private static Optional<float[]> convolution(
            NodeProto node, TensorProto weight, float[] error, double[] means, long[] in, long[] out) {
        int channels = Math.toIntExact(weight.getDims(0));
        int perGroup = Math.toIntExact(weight.getDims(1));
        int groups = (int) GraphEditor.intAttribute(node, "group", 1);
        int rank = weight.getDimsCount() - 2;
        if (means.length != perGroup * groups || in.length != rank + 2 || out.length != rank + 2) {
            return Optional.empty();
        }
        double[] inside = new double[] {1};
        for (int d = 0; d < rank; d++) {
            inside = product(inside, insideShares(node, weight, in[d + 2], out[d + 2], d));
        }
        int taps = inside.length;
        double[] shift = new double[channels];
        for (int i = 0; i < error.length; i++) {
            int channel = i / taps / perGroup;
            int input = channel / (channels / groups) * perGroup + i / taps % perGroup;
            shift[channel] += error[i] * means[input] * inside[i % taps];
        }
        return Optional.of(floats(shift));
    }

    private static double[] product(double[] outer, double[] inner) {
        double[] product = new double[outer.length * inner.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = outer[i / inner.length] * inner[i % inner.length];
        }
        return product;
    }

    /** For each tap along one dimension: the share of output positions for which it lies inside the image. */
    private static double[] insideShares(NodeProto node, TensorProto weight, long size, long outputs, int dimension) {
        int kernel = Math.toIntExact(weight.getDims(dimension + 2));
        long stride = at(node, "strides", dimension, 1);
        long dilation = at(node, "dilations", dimension, 1);
        long total = Math.max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - size);
        long before =
                switch (text(node, "auto_pad")) {
                    case "SAME_UPPER" -> total / 2;
                    case "SAME_LOWER" -> (total + 1) / 2;
                    case "VALID" -> 0;
                    default -> at(node, "pads", dimension, 0);
                };
        double[] shares = new double[kernel];
        for (int tap = 0; tap < kernel; tap++) {
            long inside = 0;
            for (long position = 0; position < outputs; position++) {
                long source = position * stride + tap * dilation - before;
                inside += source >= 0 && source < size ? 1 : 0;
            }
            shares[tap] = (double) inside / Math.max(1, outputs);
        }
        return shares;
    }

    private static long at(NodeProto node, String name, int index, long absent) {
        List<Long> values =
                attribute(node, name).map(AttributeProto::getIntsList).orElse(List.of());
        return index < values.size() ? values.get(index) : absent;
    }

    private static String text(NodeProto node, String name) {
        return attribute(node, name)
                .map(attribute -> attribute.getS().toStringUtf8())
                .orElse("");
    }

    private static Optional<AttributeProto> attribute(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst();
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}

package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Two convolutions whose channels in between can be scaled.
 *
 * @param first index of the node before
 * @param second index of the node after
 * @param clip the value before a Clip in between, whose bound is not scaled; empty if there is none
 * @param bound upper bound of that Clip
 */
record LayerPair(int first, int second, Optional<String> clip, double bound) {
    /** Values stay so far below the bound of a Clip. */
    private static final double MARGIN = 1.25;

    private static final double MOST_FACTOR = 1000;

    /**
     * Equalises once.
     *
     * @param weights changed weights and biases by name; what is missing is taken from the graph
     * @param peaks largest value of each channel by value, scaled along
     * @return the largest change of a factor from 1
     */
    double equalize(GraphIndex graph, Map<String, float[]> weights, Map<String, float[]> peaks) {
        TensorProto one = weight(graph, first);
        TensorProto two = weight(graph, second);
        float[] before = weights.computeIfAbsent(
                one.getName(), name -> graph.floats(name).orElseThrow());
        float[] after = weights.computeIfAbsent(
                two.getName(), name -> graph.floats(name).orElseThrow());
        int channels = Math.toIntExact(one.getDims(0));
        int rows = before.length / channels;
        Columns columns = Columns.of(two, channels, (int) GraphEditor.intAttribute(graph.node(second), "group", 1));
        float[] peak = clip.map(peaks::get).orElse(null);
        Optional<float[]> bias = GraphIndex.input(graph.node(first), 2)
                .map(name ->
                        weights.computeIfAbsent(name, wish -> graph.floats(wish).orElseThrow()));
        double moved = 0;
        for (int c = 0; c < channels; c++) {
            double factor = factor(range(before, c * rows, rows), columns.range(after, c), peak, c);
            for (int i = c * rows; i < (c + 1) * rows; i++) {
                before[i] = (float) (before[i] / factor);
            }
            int channel = c;
            bias.ifPresent(values -> values[channel] = (float) (values[channel] / factor));
            columns.scale(after, c, factor);
            if (peak != null) {
                peak[c] = (float) (peak[c] / factor);
            }
            moved = Math.max(moved, Math.abs(factor - 1));
        }
        return moved;
    }

    private double factor(double before, double after, float @Nullable [] peak, int channel) {
        if (before == 0 || after == 0) {
            return 1;
        }
        double factor = Math.sqrt(before / after);
        if (peak != null) {
            double needed = Math.max(0, peak[channel]) * MARGIN / bound;
            if (needed > 1) {
                return 1;
            }
            factor = Math.max(factor, needed);
        }
        return Math.max(1 / MOST_FACTOR, Math.min(MOST_FACTOR, factor));
    }

    private static TensorProto weight(GraphIndex graph, int node) {
        return graph.constant(graph.node(node).getInput(1)).orElseThrow();
    }

    private static double range(float[] values, int from, int length) {
        double range = 0;
        for (int i = from; i < from + length; i++) {
            range = Math.max(range, Math.abs(values[i]));
        }
        return range;
    }

    /**
     * The weights of a convolution that an input channel meets.
     *
     * @param outputs a group's output channels
     * @param inputs a group's input channels
     * @param taps of the kernel
     */
    private record Columns(int outputs, int inputs, int taps) {
        static Columns of(TensorProto weight, int channels, int groups) {
            int taps = Math.toIntExact(weight.getDimsList().stream().skip(2).reduce(1L, (a, b) -> a * b));
            return new Columns(Math.toIntExact(weight.getDims(0)) / groups, channels / groups, taps);
        }

        double range(float[] values, int channel) {
            double range = 0;
            for (int o = 0; o < outputs; o++) {
                range = Math.max(range, LayerPair.range(values, start(o, channel), taps));
            }
            return range;
        }

        void scale(float[] values, int channel, double factor) {
            for (int o = 0; o < outputs; o++) {
                int start = start(o, channel);
                for (int i = start; i < start + taps; i++) {
                    values[i] = (float) (values[i] * factor);
                }
            }
        }

        private int start(int output, int channel) {
            int group = channel / inputs;
            return ((group * outputs + output) * inputs + channel % inputs) * taps;
        }
    }
}

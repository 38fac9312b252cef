package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.Tensors;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Weights as signed 8-bit integers, symmetric around 0, with one scale an output channel.
 *
 * @param axis of the channels; -1 if one scale serves all
 * @param scales one a channel
 * @param integers row-major as the weights
 */
@SuppressWarnings("ArrayRecordComponent") // millions of numbers; nobody compares grids with equals
record WeightGrid(int axis, float[] scales, byte[] integers) {
    /** A bias keeps to a half of 32 bits, so that adding products to it does not overflow. */
    private static final double MOST_BIAS = 1 << 30;

    /** Smaller ones would leave the normal 32-bit floats when multiplied with the scale of an activation. */
    private static final float LEAST_SCALE = 1e-25f;

    /**
     * Rounds weights to their grid.
     *
     * @param axis of the output channels; -1 for one scale
     * @param biases to be stored in steps of {@code biasStep · scale}: scales grow until they fit
     */
    static WeightGrid of(TensorProto weight, int axis, int limit, float @Nullable [] biases, double biasStep) {
        float[] values = Tensors.floats(weight);
        int channels = axis < 0 ? 1 : Math.toIntExact(weight.getDims(axis));
        int inner = inner(weight, axis);
        float[] scales = scales(values, channels, inner, limit);
        for (int c = 0; c < channels; c++) {
            double bias = biases == null ? 0 : Math.abs(channels == 1 ? peak(biases) : biases[c]);
            float least = (float) (bias / biasStep / MOST_BIAS);
            if (scales[c] == 0) {
                // Every weight is 0: only the bias matters.
                scales[c] = least == 0 ? 1 : least * 64;
            }
            scales[c] = Math.max(Math.max(scales[c], least), LEAST_SCALE);
        }
        byte[] integers = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            long integer = (long) Math.rint(values[i] / scales[i / inner % channels]);
            integers[i] = (byte) Math.max(-limit, Math.min(limit, integer));
        }
        return new WeightGrid(axis, scales, integers);
    }

    private static int inner(TensorProto weight, int axis) {
        return axis < 0
                ? Math.toIntExact(Tensors.elements(weight))
                : Math.toIntExact(weight.getDimsList().stream().skip(axis + 1L).reduce(1L, (a, b) -> a * b));
    }

    private static float[] scales(float[] values, int channels, int inner, int limit) {
        float[] scales = new float[channels];
        for (int i = 0; i < values.length; i++) {
            int channel = i / inner % channels;
            scales[channel] = Math.max(scales[channel], Math.abs(values[i]));
        }
        for (int c = 0; c < channels; c++) {
            scales[c] /= limit;
        }
        return scales;
    }

    private static float peak(float[] values) {
        float peak = 0;
        for (float value : values) {
            peak = Math.max(peak, Math.abs(value));
        }
        return peak;
    }

    /** What the grid makes of the weights, less the weights. */
    float[] error(TensorProto weight) {
        float[] values = Tensors.floats(weight);
        int inner = inner(weight, axis);
        float[] error = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            error[i] = integers[i] * scales[i / inner % scales.length] - values[i];
        }
        return error;
    }

    /** A bias in steps of {@code step · scale} of its channel. */
    int[] bias(float[] biases, double step) {
        int[] stored = new int[biases.length];
        for (int i = 0; i < biases.length; i++) {
            stored[i] = (int) Math.rint(biases[i] / (step * scales[scales.length == 1 ? 0 : i]));
        }
        return stored;
    }

    boolean same(WeightGrid other) {
        return axis == other.axis && Arrays.equals(scales, other.scales) && Arrays.equals(integers, other.integers);
    }
}

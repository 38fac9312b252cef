package io.fleetfit.compress.quantize;

import io.fleetfit.onnx.FloatTensor;
import java.util.Arrays;

/** Means of a value by channel, and its largest value by channel, over all samples. */
final class ChannelMeans {
    private final int axis;
    private double[] sums = new double[0];
    private float[] peaks = new float[0];
    private long elements;

    /** Channels lie along {@code axis}; a negative one counts from the end. */
    ChannelMeans(int axis) {
        this.axis = axis;
    }

    void add(FloatTensor tensor) {
        int at = axis < 0 ? tensor.shape().length + axis : axis;
        if (at < 0 || at >= tensor.shape().length) {
            return;
        }
        int channels = Math.toIntExact(tensor.shape()[at]);
        if (sums.length != channels) {
            sums = new double[channels];
            peaks = new float[channels];
            Arrays.fill(peaks, Float.NEGATIVE_INFINITY);
            elements = 0;
        }
        float[] data = tensor.data();
        int inner = 1;
        for (int i = at + 1; i < tensor.shape().length; i++) {
            inner *= Math.toIntExact(tensor.shape()[i]);
        }
        for (int start = 0; start < data.length; start += inner) {
            addRun(data, start, inner, start / inner % channels);
        }
        elements += data.length / Math.max(1, channels);
    }

    private void addRun(float[] data, int start, int length, int channel) {
        double sum = 0;
        float peak = peaks[channel];
        for (int i = start; i < start + length; i++) {
            sum += data[i];
            peak = data[i] > peak ? data[i] : peak;
        }
        sums[channel] += sum;
        peaks[channel] = peak;
    }

    /** The mean of every channel. */
    double[] means() {
        double[] means = new double[sums.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = sums[i] / elements;
        }
        return means;
    }

    /** The largest value of every channel. */
    float[] peaks() {
        return peaks.clone();
    }
}

package io.fleetfit.compress.quantize;

import io.fleetfit.onnx.FloatTensor;
import org.jspecify.annotations.Nullable;

/** What was seen of a value over all samples: extremes, distribution, means by channel. Its size does not grow. */
final class ValueStatistics {
    private float least = Float.POSITIVE_INFINITY;
    private float most = Float.NEGATIVE_INFINITY;
    private final @Nullable Histogram histogram;
    private final @Nullable ChannelMeans means;
    private long[] shape = new long[0];

    /**
     * Nothing seen yet.
     *
     * @param histogram whether the distribution is wanted beside the extremes
     * @param means where to gather the means by channel; absent if nobody wants them
     */
    ValueStatistics(boolean histogram, @Nullable ChannelMeans means) {
        this.histogram = histogram ? new Histogram() : null;
        this.means = means;
    }

    /** Takes a tensor in; false if it holds a value that is infinite or not a number. */
    boolean see(FloatTensor tensor) {
        float[] values = tensor.data();
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        float poison = 0;
        for (float value : values) {
            low = value < low ? value : low;
            high = value > high ? value : high;
            // Zero for every finite value, NaN otherwise.
            poison += value * 0f;
        }
        if (Float.isNaN(poison)) {
            return false;
        }
        shape = tensor.shape();
        least = Math.min(least, low);
        most = Math.max(most, high);
        if (histogram != null) {
            histogram.add(values, values.length, low, high);
        }
        if (means != null) {
            means.add(tensor);
        }
        return true;
    }

    /** Whether any element was seen; a value of size 0 has none. */
    boolean isEmpty() {
        return least > most;
    }

    /** The largest magnitude that was seen. */
    double peak() {
        return isEmpty() ? 0 : Math.max(Math.abs(least), Math.abs(most));
    }

    /** The shape seen last. */
    long[] shape() {
        return shape.clone();
    }

    /** Means by channel, if they were wanted. */
    @Nullable
    ChannelMeans means() {
        return means;
    }

    /**
     * The range to quantize to.
     *
     * @param percentile share of the values to keep, in percent, for {@link Calibration#PERCENTILE}
     */
    ValueRange range(Calibration calibration, double percentile) {
        if (isEmpty()) {
            return new ValueRange(0, 0);
        }
        ValueRange all = ValueRange.around(least, most);
        Histogram seen = histogram;
        if (seen == null || peak() == 0) {
            return all;
        }
        return switch (calibration) {
            case MIN_MAX -> all;
            case PERCENTILE -> {
                double outside = (100 - percentile) / 200;
                yield ValueRange.around(
                        Math.max(least, seen.quantile(outside)), Math.min(most, seen.quantile(1 - outside)));
            }
            case ENTROPY -> {
                int levels = all.low() == 0 || all.high() == 0 ? 255 : 127;
                double cut = peak() * EntropyThreshold.share(seen.magnitudes(EntropyThreshold.BINS, peak()), levels);
                yield new ValueRange(Math.max(all.low(), -cut), Math.min(all.high(), cut));
            }
        };
    }
}

package io.fleetfit.registry;

import org.jspecify.annotations.Nullable;

/**
 * How good a variant is.
 *
 * @param metric name, for example {@code top1}
 * @param value 0 to 1, higher is better
 * @param samples on how many labelled samples
 * @param low lower end of the confidence interval of 95 %; absent if unknown
 * @param high upper end; absent if unknown
 */
public record Quality(
        String metric,
        double value,
        long samples,
        @Nullable Double low,
        @Nullable Double high) {
    public Quality {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("quality value must lie between 0 and 1, got " + value);
        }
        if (samples < 1) {
            throw new IllegalArgumentException("quality samples must be 1 or more, got " + samples);
        }
        if ((low != null && !(low <= value)) || (high != null && !(high >= value))) {
            throw new IllegalArgumentException(
                    "quality " + value + " must lie in its interval, got " + low + " to " + high);
        }
    }

    /** A figure without interval. */
    public Quality(String metric, double value, long samples) {
        this(metric, value, samples, null, null);
    }
}

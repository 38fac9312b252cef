package io.fleetfit.registry;

/**
 * How good a variant is.
 *
 * @param metric name, for example {@code top1}
 * @param value 0 to 1, higher is better
 * @param samples on how many labelled samples
 */
public record Quality(String metric, double value, long samples) {
    public Quality {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("quality value must lie between 0 and 1, got " + value);
        }
        if (samples < 1) {
            throw new IllegalArgumentException("quality samples must be 1 or more, got " + samples);
        }
    }
}

package io.fleetfit.compress.quantize;

/** How the range of an activation follows from what was seen of it. */
public enum Calibration {
    /** Everything that was seen. */
    MIN_MAX,
    /** All but the rarest values at both ends. */
    PERCENTILE,
    /** The range that loses least information, by Kullback-Leibler divergence. */
    ENTROPY
}

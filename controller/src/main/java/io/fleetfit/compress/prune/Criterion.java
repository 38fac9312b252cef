package io.fleetfit.compress.prune;

/** How the worth of a channel is counted. */
public enum Criterion {
    /** By what the layers behind lose for good when the other channels make up for it. */
    COMPENSATED,
    /** By the energy that it gives to the layers behind. */
    ENERGY
}

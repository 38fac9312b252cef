package io.fleetfit.compress.search;

import io.fleetfit.compress.Target;

/**
 * A class of devices that variants are looked for.
 *
 * @param name of a profile, or of a class such as {@code arm}
 * @param kernels what kernels its devices run
 * @param thisMachine whether the controller's own machine runs the same kernels, so that latency measured here counts
 */
public record SearchTarget(String name, Target kernels, boolean thisMachine) {}

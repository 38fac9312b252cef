package io.fleetfit.cost;

/**
 * Where and how a graph runs, as far as devices of a class have it in common.
 *
 * @param profile class of devices
 * @param isaClass instruction set and the extensions that decide, such as {@code aarch64+dotprod}; rates of one class are
 *     alike
 * @param provider execution provider
 * @param threads threads of an operator, 1 or more
 * @param int8 whether products are computed in 8 bits
 */
public record Placement(String profile, String isaClass, String provider, int threads, boolean int8) {
    public Placement {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be 1 or more, got " + threads);
        }
    }
}

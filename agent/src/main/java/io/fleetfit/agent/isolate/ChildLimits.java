package io.fleetfit.agent.isolate;

/**
 * What a child may take from now on.
 *
 * @param residentBytes resident memory; {@link Long#MAX_VALUE} is no bound
 * @param endNanos {@link System#nanoTime} at which it is ended
 */
record ChildLimits(long residentBytes, long endNanos) {
    static ChildLimits none(long endNanos) {
        return new ChildLimits(Long.MAX_VALUE, endNanos);
    }
}

package io.fleetfit.cost;

/**
 * A latency with its uncertainty and where it comes from.
 *
 * @param p95Millis best guess of the 95th percentile in milliseconds
 * @param lowerMillis lower end of the 90 % interval
 * @param upperMillis upper end of the 90 % interval; filters use it
 * @param source where it comes from
 */
public record LatencyEstimate(double p95Millis, double lowerMillis, double upperMillis, Source source) {
    /** Best first. */
    public enum Source {
        /** This device ran the variant. */
        DEVICE,
        /** Devices of the same profile ran it. */
        PROFILE,
        /** Another profile ran it; scaled by cost rates. */
        SCALED,
        /** Nobody ran it; computed from the graph and the profile's cost rates. */
        MODEL
    }

    /** An estimate of {@code p95Millis} that may be off by the share {@code spread} either way. */
    static LatencyEstimate around(double p95Millis, double spread, Source source) {
        return new LatencyEstimate(p95Millis, Math.max(0, p95Millis * (1 - spread)), p95Millis * (1 + spread), source);
    }
}

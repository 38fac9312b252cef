package io.fleetfit.compress.evaluate;

import io.fleetfit.compress.evaluate.Evaluation.Estimate;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.apache.commons.math3.stat.interval.WilsonScoreInterval;

/**
 * Estimates with confidence intervals of 95 %: Wilson's score interval for shares (E. B. Wilson 1927), the percentile
 * bootstrap over samples for figures that are no shares (B. Efron 1979), with a fixed seed.
 */
final class Intervals {
    private static final double CONFIDENCE = 0.95;
    private static final long SEED = 20_230_519;

    private Intervals() {}

    /** The share {@code hits} of {@code samples}; whole ignorance without samples. */
    static Estimate share(String metric, long hits, long samples) {
        if (samples == 0) {
            return new Estimate(metric, 0, 0, 1);
        }
        ConfidenceInterval interval =
                new WilsonScoreInterval().createInterval(Math.toIntExact(samples), Math.toIntExact(hits), CONFIDENCE);
        double value = (double) hits / samples;
        return bounded(metric, value, interval.getLowerBound(), interval.getUpperBound(), 0);
    }

    /**
     * A figure of samples with the interval that drawing them anew gives.
     *
     * @param least smallest value that the figure can have; the largest is 1
     * @param figure of the samples, given how often each is drawn
     */
    static Estimate bootstrap(String metric, int samples, int draws, double least, ToDoubleFunction<int[]> figure) {
        int[] times = new int[samples];
        java.util.Arrays.fill(times, 1);
        double value = figure.applyAsDouble(times);
        Random random = new Random(SEED);
        double[] drawn = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            java.util.Arrays.fill(times, 0);
            for (int i = 0; i < samples; i++) {
                times[random.nextInt(samples)]++;
            }
            drawn[draw] = figure.applyAsDouble(times);
        }
        Percentile percentile = new Percentile();
        percentile.setData(drawn);
        double tail = 100 * (1 - CONFIDENCE) / 2;
        return bounded(metric, value, percentile.evaluate(tail), percentile.evaluate(100 - tail), least);
    }

    /** Rounding must not put the value outside its interval, nor the interval outside what is possible. */
    private static Estimate bounded(String metric, double value, double low, double high, double least) {
        return new Estimate(metric, value, Math.max(least, Math.min(low, value)), Math.min(1, Math.max(high, value)));
    }
}

package io.fleetfit.agent.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Latencies of a variant in trial.
 *
 * @param runs timed runs
 * @param p50Millis median
 * @param p95Millis 95th percentile
 */
record Timing(int runs, double p50Millis, double p95Millis) {
    private static final int WARM_UP = 3;
    private static final int RUNS = 20;
    private static final int CLOSE_RUNS = 50;
    private static final int CLOSE_ROUNDS = 3;
    private static final int LEAST_RUNS = 5;
    private static final double CLOSE = 0.7;
    private static final double LONG_WARM_UP_MILLIS = 1_000;
    private static final double ROUND_MILLIS = 8_000;

    /** One timed run, in milliseconds. */
    interface Run {
        double millis() throws InferenceException;
    }

    /**
     * Twenty runs after a warm-up. When a budget is near or broken by one of them, three rounds of fifty decide, and the
     * median of their 95th percentiles counts: a neighbour that was busy for a moment does not refuse a variant, and a
     * quota that stops it every few runs is seen.
     *
     * @param budgetMillis of the 95th percentile; absent is none
     */
    static Timing measure(Run run, @Nullable Double budgetMillis) throws InferenceException {
        double spent = 0;
        for (int i = 0; i < WARM_UP && spent < LONG_WARM_UP_MILLIS; i++) {
            spent += run.millis();
        }
        double[] first = round(run, RUNS);
        if (budgetMillis == null || first[first.length - 1] < CLOSE * budgetMillis) {
            return of(List.of(first));
        }
        List<double[]> rounds = new ArrayList<>();
        for (int i = 0; i < CLOSE_ROUNDS; i++) {
            rounds.add(round(run, CLOSE_RUNS));
        }
        return of(rounds);
    }

    private static double[] round(Run run, int most) throws InferenceException {
        double[] millis = new double[most];
        double spent = 0;
        int count = 0;
        while (count < most && (count < LEAST_RUNS || spent < ROUND_MILLIS)) {
            millis[count] = run.millis();
            spent += millis[count++];
        }
        double[] sorted = Arrays.copyOf(millis, count);
        Arrays.sort(sorted);
        return sorted;
    }

    private static Timing of(List<double[]> rounds) {
        int runs = rounds.stream().mapToInt(round -> round.length).sum();
        return new Timing(runs, median(rounds, 0.5), median(rounds, 0.95));
    }

    private static double median(List<double[]> rounds, double rank) {
        double[] values = rounds.stream()
                .mapToDouble(round -> percentile(round, rank))
                .sorted()
                .toArray();
        return values[values.length / 2];
    }

    /** Nearest rank. */
    static double percentile(double[] sorted, double rank) {
        return sorted[Math.max(0, (int) Math.ceil(rank * sorted.length) - 1)];
    }
}

package io.fleetfit.deploy.bench.latency;

import io.fleetfit.cost.CostModel.Distribution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Relative errors of predictions, and how many intervals held. */
final class Errors {
    private final List<Double> relative = new ArrayList<>();
    private int held;

    void add(Distribution guess, double millis) {
        relative.add(Math.abs(guess.medianMillis() - millis) / millis);
        held += guess.lowerMillis() <= millis && millis <= guess.upperMillis() ? 1 : 0;
    }

    /** Median absolute error over the measured value; null if there are none. */
    @Nullable
    Double median() {
        return median(relative);
    }

    /** The share of 90 % intervals that held the measured value; null if there are none. */
    @Nullable
    Double coverage() {
        return relative.isEmpty() ? null : (double) held / relative.size();
    }

    static @Nullable Double median(Collection<Double> values) {
        double[] sorted = values.stream().mapToDouble(it -> it).sorted().toArray();
        if (sorted.length == 0) {
            return null;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    @Override
    public String toString() {
        return Arrays.toString(new Object[] {median(), coverage()});
    }
}

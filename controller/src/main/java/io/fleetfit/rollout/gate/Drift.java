package io.fleetfit.rollout.gate;

import java.util.List;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;

/**
 * How far a distribution over classes has moved, by the population stability index
 * {@code Σ (p−q)·ln(p/q)} (the symmetric Kullback–Leibler divergence of Jeffreys).
 *
 * <p>Two samples of one and the same distribution have an index above 0 too. Under no change it is distributed about as
 * {@code (1/n + 1/m)} times a chi-squared with one degree of freedom less than classes (Yurdakul and Naranjo, "Statistical
 * properties of the population stability index", Journal of Risk Model Validation 14(4), 2020), so that much is allowed
 * on top of the limit.
 */
public final class Drift {
    /** One device in a thousand that did not change is taken to have. */
    private static final double CHANCE = 0.001;

    /** Half an observation a class (Jeffreys' prior) keeps a class that one side never saw finite. */
    private static final double PRIOR = 0.5;

    private Drift() {}

    /** The index between two histograms; classes that one of them lacks count as 0 there. */
    public static double index(List<Long> one, List<Long> other) {
        int classes = Math.max(one.size(), other.size());
        double n = total(one) + PRIOR * classes;
        double m = total(other) + PRIOR * classes;
        double index = 0;
        for (int i = 0; i < classes; i++) {
            double p = (at(one, i) + PRIOR) / n;
            double q = (at(other, i) + PRIOR) / m;
            index += (p - q) * Math.log(p / q);
        }
        return index;
    }

    /** What an index of samples of these sizes reaches by chance alone. */
    public static double byChance(List<Long> one, List<Long> other) {
        int classes = Math.max(one.size(), other.size());
        double n = total(one);
        double m = total(other);
        if (classes < 2 || n == 0 || m == 0) {
            return Double.POSITIVE_INFINITY;
        }
        return (1 / n + 1 / m) * new ChiSquaredDistribution(classes - 1.0).inverseCumulativeProbability(1 - CHANCE);
    }

    /** Whether the index is above the limit by more than chance. */
    public static boolean moved(List<Long> one, List<Long> other, double limit) {
        return index(one, other) > limit + byChance(one, other);
    }

    private static double total(List<Long> counts) {
        double total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }

    private static double at(List<Long> counts, int i) {
        return i < counts.size() ? counts.get(i) : 0;
    }
}

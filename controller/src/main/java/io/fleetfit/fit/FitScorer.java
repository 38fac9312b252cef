package io.fleetfit.fit;

import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.fit.FitDecision.ScoreParts;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;

/**
 * Scores variants that fit: effective quality first, then headroom, then cost of change, weighted by the policy's
 * objective. Each part is kept.
 */
final class FitScorer {
    /** A quality that nobody measured counts as this: it may win only where nothing better is known. */
    private static final double UNKNOWN_QUALITY = 0.5;

    /** Sampling error that stands in where nothing was sampled. */
    private static final double UNKNOWN_ERROR = 0.05;

    /** A loss of quality this large against the best variant that fits brings the quality part to 0. */
    private static final double QUALITY_RANGE = 0.10;

    /** Standard score of a one-sided 90 % bound. */
    private static final double Z = 1.2816;

    /** Download that halves the part of the change where the policy sets no bound. */
    private static final double HALVING_DOWNLOAD = 64e6;

    private FitScorer() {}

    /**
     * The quality that counts in a comparison: the measured one, less a share of its sampling error for a variant of
     * reduced precision. Equal figures on a few hundred samples do not show that int8 is as good as the original, and
     * fp16 keeps far more of the weights than int8. Unmeasured counts as 0.5, whatever that hides.
     */
    static double effectiveQuality(Variant variant) {
        Quality quality = variant.quality();
        double doubt = doubt(variant.precision());
        return quality == null
                ? UNKNOWN_QUALITY - doubt * UNKNOWN_ERROR
                : Math.max(0, quality.value() - doubt * samplingError(quality));
    }

    /** The parts of the score, each 0 to 100. */
    static ScoreParts parts(Candidate candidate, Target target, LatencyEstimate latency, long download, Best best) {
        double lost = best.quality() - candidate.quality();
        return new ScoreParts(
                clamp(100 * (1 - lost / QUALITY_RANGE)),
                latencyHeadroom(latency, target.policy(), best.latencyMillis()),
                headroom(candidate.peakMemoryBytes(), target.memoryBytes()),
                changeCost(download, target.downloadBytes()));
    }

    /**
     * What the candidates that fit a device are compared with.
     *
     * @param quality highest effective quality
     * @param latencyMillis lowest latency
     */
    record Best(double quality, double latencyMillis) {}

    /** The weighted sum, 0 to 100. */
    static double total(ScoreParts parts, Policy.Objective objective) {
        return switch (objective) {
            case QUALITY -> sum(parts, 0.85, 0.06, 0.06, 0.03);
            case LATENCY -> sum(parts, 0.15, 0.75, 0.05, 0.05);
            case FOOTPRINT -> sum(parts, 0.15, 0.05, 0.60, 0.20);
            case BALANCED -> sum(parts, 0.25, 0.25, 0.25, 0.25);
        };
    }

    private static double sum(ScoreParts parts, double quality, double latency, double memory, double change) {
        return quality * parts.quality()
                + latency * parts.latencyHeadroom()
                + memory * parts.memoryHeadroom()
                + change * parts.changeCost();
    }

    /** Share of the sampling error that a precision is held to answer for. */
    private static double doubt(String precision) {
        if (precision.startsWith("fp32")) {
            return 0;
        }
        return precision.startsWith("fp16") || precision.startsWith("bf16") ? 0.25 : 1;
    }

    /** Distance from the measured share to the lower end of its Wilson interval (Wilson, JASA 1927). */
    private static double samplingError(Quality quality) {
        double n = quality.samples();
        double p = quality.value();
        double centre = p + Z * Z / (2 * n);
        double half = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        return p - (centre - half) / (1 + Z * Z / n);
    }

    /** Distance to the budget; without a budget, how close to the fastest variant. */
    private static double latencyHeadroom(LatencyEstimate latency, Policy policy, double bestMillis) {
        Double budget = policy.maxP95Millis();
        if (budget != null) {
            return budget > 0 ? clamp(100 * (1 - latency.p95Millis() / budget)) : 0;
        }
        return latency.p95Millis() > 0 ? clamp(100 * bestMillis / latency.p95Millis()) : 100;
    }

    private static double headroom(long needed, long available) {
        return available > 0 ? clamp(100 * (1 - (double) needed / available)) : 0;
    }

    private static double changeCost(long download, long bound) {
        if (download == 0) {
            return 100;
        }
        return bound < Long.MAX_VALUE
                ? headroom(download, bound)
                : clamp(100 * (1 - download / (download + HALVING_DOWNLOAD)));
    }

    private static double clamp(double value) {
        return Math.max(0, Math.min(100, value));
    }
}

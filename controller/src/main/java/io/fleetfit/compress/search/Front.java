package io.fleetfit.compress.search;

import io.fleetfit.compress.evaluate.Evaluation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Pareto front of one target: no member is beaten by another in quality, size, peak memory and latency at once.
 *
 * <p>Figures are compared on grids (quality by a tenth of a point, size by 1 %, memory by 2 %, latency by 5 %), so that
 * noise makes no member, and so that being beaten stays a partial order. Latency measured on this machine counts for a
 * target of the same kernels alone. For others a candidate is known to be no slower only if it computes in the same form
 * with no more multiply-accumulates; whether 8-bit kernels pay there is left to the cost model and the devices.
 */
final class Front {
    private static final double QUALITY_GRID = 0.001;
    private static final double SIZE_GRID = 0.01;
    private static final double MEMORY_GRID = 0.02;
    private static final double LATENCY_GRID = 0.05;

    private final List<Candidate> members = new ArrayList<>();
    private final Map<Candidate, String> dropped = new LinkedHashMap<>();

    private record Figures(long quality, long size, long memory, long latency, String form) {}

    /** The front of these candidates, all of which passed the gate, for one target. */
    Front(List<Candidate> candidates, SearchTarget target, double maxSlowdown) {
        List<Candidate> fit = new ArrayList<>();
        for (Candidate candidate : candidates) {
            String slow = tooSlow(candidate, target, maxSlowdown);
            if (slow == null) {
                fit.add(candidate);
            } else {
                dropped.put(candidate, slow);
            }
        }
        for (int i = 0; i < fit.size(); i++) {
            int better = betterThan(i, fit, target);
            if (better < 0) {
                members.add(fit.get(i));
            } else {
                dropped.put(fit.get(i), beaten(fit.get(i), fit.get(better), target));
            }
        }
    }

    List<Candidate> members() {
        return members;
    }

    /** Why each of the others is no member. */
    Map<Candidate, String> dropped() {
        return dropped;
    }

    private static @Nullable String tooSlow(Candidate candidate, SearchTarget target, double maxSlowdown) {
        Evaluation evaluation = candidate.evaluation();
        Evaluation.LatencyRatio latency = evaluation == null ? null : evaluation.latency();
        if (!target.thisMachine() || latency == null || latency.low() <= maxSlowdown) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "takes %.2f × the time of its parent on this machine (%.2f to %.2f), more than the %.2f × allowed",
                latency.ratio(),
                latency.low(),
                latency.high(),
                maxSlowdown);
    }

    /** The first candidate that beats number {@code i}, or equals it and comes earlier; −1 if there is none. */
    private static int betterThan(int i, List<Candidate> all, SearchTarget target) {
        Figures figures = figures(all.get(i), target);
        for (int j = 0; j < all.size(); j++) {
            Figures other = figures(all.get(j), target);
            if (i != j && noWorse(other, figures) && (!other.equals(figures) || j < i)) {
                return j;
            }
        }
        return -1;
    }

    private static boolean noWorse(Figures a, Figures b) {
        return a.form().equals(b.form())
                && a.quality() >= b.quality()
                && a.size() <= b.size()
                && a.memory() <= b.memory()
                && a.latency() <= b.latency();
    }

    private static Figures figures(Candidate candidate, SearchTarget target) {
        double ratio = target.thisMachine() ? ratio(candidate) : Double.NaN;
        boolean counts = !Double.isNaN(ratio);
        return new Figures(
                Math.round(quality(candidate) / QUALITY_GRID),
                grid(candidate.size(), SIZE_GRID),
                grid(memory(candidate), MEMORY_GRID),
                counts ? grid(ratio, LATENCY_GRID) : grid(candidate.summary().totalMacs(), SIZE_GRID),
                counts ? "measured" : candidate.form());
    }

    private static long grid(long value, double step) {
        return grid((double) value, step);
    }

    private static long grid(double value, double step) {
        return Math.round(Math.log(Math.max(value, 1e-9)) / Math.log1p(step));
    }

    /** Latency as a ratio to the parent's; NaN if it was not measured. */
    static double ratio(Candidate candidate) {
        Evaluation evaluation = candidate.evaluation();
        return evaluation == null || evaluation.latency() == null
                ? Double.NaN
                : evaluation.latency().ratio();
    }

    /** The metric of the contract, or without labels the agreement or the cosine with the parent. */
    static double quality(Candidate candidate) {
        Evaluation evaluation = candidate.evaluation();
        if (evaluation == null) {
            return Double.NaN;
        }
        if (evaluation.quality() != null) {
            return evaluation.quality().value();
        }
        return evaluation.agreement() == null
                ? evaluation.cosine()
                : evaluation.agreement().value();
    }

    /** Weights as loaded and the most activations alive at once. */
    static long memory(Candidate candidate) {
        return candidate.summary().runtimeWeightBytes() + candidate.summary().peakActivationBytes();
    }

    private static String beaten(Candidate loser, Candidate winner, SearchTarget target) {
        if (figures(loser, target).equals(figures(winner, target))) {
            return "equals " + winner.name() + " in every figure";
        }
        String latency = Double.isNaN(ratio(loser)) || !target.thisMachine()
                ? String.format(
                        Locale.ROOT,
                        "%.1f against %.1f million multiply-accumulates in the same form",
                        winner.summary().totalMacs() / 1e6,
                        loser.summary().totalMacs() / 1e6)
                : String.format(Locale.ROOT, "latency %.2f × against %.2f ×", ratio(winner), ratio(loser));
        return String.format(
                Locale.ROOT,
                "beaten by %s: quality %.4f against %.4f, %d against %d kB, memory %d against %d kB, %s",
                winner.name(),
                quality(winner),
                quality(loser),
                winner.size() / 1000,
                loser.size() / 1000,
                memory(winner) / 1000,
                memory(loser) / 1000,
                latency);
    }
}

package io.fleetfit.compress.search;

import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.Evaluation.Estimate;
import java.util.Locale;
import java.util.Set;

/**
 * Whether a variant loses too much. A pure function of an evaluation.
 *
 * <p>Parent and variant saw the same samples, so their difference is judged as a paired one. With b samples that only the
 * parent gets right and c that only the variant does, the drop is (b − c)/n, and its interval is that of Agresti and Min
 * (Statistics in Medicine 24, 2005, 729–740): one half is added to each of the four cells, then a normal interval is taken.
 * Evaluations tell b − c and the share of equal answers; b + c is at most the number of changed answers, which is used in
 * its place and makes the interval, if anything, too wide.
 *
 * <p>Without labels the drop is unknown, but it cannot be more than the share of changed answers; that share is judged. Where
 * answers are no classes, one minus the cosine similarity of the outputs is.
 */
final class QualityGate {
    /** Metrics that are a share of right answers, so that a change of right and wrong needs a change of the answer. */
    private static final Set<String> SHARES_OF_ANSWERS = Set.of("top1", "accuracy");

    private static final double Z = 1.959964;

    /** Rounding of shares must not turn a drop of exactly the bound into one above it. */
    private static final double ROUNDING = 1e-9;

    private QualityGate() {}

    /**
     * What the gate says.
     *
     * @param passes whether the drop is within the bound
     * @param isProven whether its whole interval is on that side of the bound
     * @param measure what dropped, for people
     * @param drop of the measure, as a share
     * @param low lower end of its interval of 95 %
     * @param high upper end
     * @param samples on how many samples
     */
    record Verdict(
            boolean passes, boolean isProven, String measure, double drop, double low, double high, long samples) {
        /** Whether more samples would not help. */
        boolean isHopeless() {
            return !passes && isProven;
        }

        /** The drop with its interval, in points. */
        String text() {
            return String.format(
                    Locale.ROOT,
                    "%s %s %.2f points (95 %%: %.2f to %.2f) on %d samples",
                    measure,
                    drop < 0 ? "gains" : "loses",
                    Math.abs(drop) * 100,
                    low * 100,
                    high * 100,
                    samples);
        }
    }

    static Verdict judge(Evaluation evaluation, double maxDrop) {
        Estimate quality = evaluation.quality();
        Estimate parent = evaluation.parentQuality();
        Estimate agreement = evaluation.agreement();
        if (quality != null && parent != null) {
            double drop = parent.value() - quality.value();
            if (agreement != null && SHARES_OF_ANSWERS.contains(quality.metric())) {
                double[] interval = paired(drop, 1 - agreement.value(), evaluation.samples());
                return verdict(quality.metric(), drop, interval[0], interval[1], evaluation, maxDrop);
            }
            return verdict(
                    quality.metric(),
                    drop,
                    parent.low() - quality.high(),
                    parent.high() - quality.low(),
                    evaluation,
                    maxDrop);
        }
        if (agreement != null) {
            return verdict(
                    "agreement (no labels)",
                    1 - agreement.value(),
                    1 - agreement.high(),
                    1 - agreement.low(),
                    evaluation,
                    maxDrop);
        }
        double distance = 1 - evaluation.cosine();
        return verdict("cosine (no labels)", distance, distance, distance, evaluation, maxDrop);
    }

    private static Verdict verdict(
            String measure, double drop, double low, double high, Evaluation evaluation, double maxDrop) {
        double bound = maxDrop + ROUNDING;
        boolean passes = evaluation.samples() > 0 && drop <= bound;
        return new Verdict(
                passes, passes ? high <= bound : low > bound, measure, drop, low, high, evaluation.samples());
    }

    /** Interval of a paired drop when {@code changed} is the share of answers that changed. */
    static double[] paired(double drop, double changed, long samples) {
        double n = samples + 2.0;
        double difference = drop * samples;
        double discordant = Math.max(changed * samples, Math.abs(difference)) + 1;
        double middle = difference / n;
        double half = Z * Math.sqrt(Math.max(0, discordant - difference * difference / n)) / n;
        return new double[] {middle - half, middle + half};
    }
}

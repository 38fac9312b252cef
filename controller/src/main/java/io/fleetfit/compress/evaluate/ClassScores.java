package io.fleetfit.compress.evaluate;

import io.fleetfit.compress.evaluate.Evaluation.Estimate;

/** How well one model classifies: keeps 8 bytes a sample. */
final class ClassScores {
    private static final int TOP = 5;
    private static final int DRAWS = 1_000;
    /** Above this many steps the bootstrap draws less often: its error grows slowly, its time does not. */
    private static final long MOST_STEPS = 200_000_000;

    private final int width;
    private final IntList right = new IntList();
    private final IntList answered = new IntList();
    private long firstHits;
    private long topHits;

    /** For outputs of {@code width} classes. */
    ClassScores(int width) {
        this.width = width;
    }

    void add(int truth, float[] scores) {
        int answer = first(scores);
        right.add(truth);
        answered.add(answer);
        firstHits += answer == truth ? 1 : 0;
        topHits += rank(scores, truth) < TOP ? 1 : 0;
    }

    /** Index of the largest score; of equal ones the first. */
    static int first(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }

    /** How many classes come before {@code index}, by score and then by index. */
    static int rank(float[] scores, int index) {
        int before = 0;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > scores[index] || (scores[i] == scores[index] && i < index)) {
                before++;
            }
        }
        return before;
    }

    long samples() {
        return right.size();
    }

    Estimate top1() {
        return Intervals.share(QualityMetric.TOP1.text(), firstHits, right.size());
    }

    Estimate top5() {
        return Intervals.share(QualityMetric.TOP5.text(), topHits, right.size());
    }

    Estimate macroF1() {
        int draws = (int) Math.max(100, Math.min(DRAWS, MOST_STEPS / (right.size() + width)));
        return Intervals.bootstrap(QualityMetric.MACRO_F1.text(), right.size(), draws, 0, this::macroF1);
    }

    /** Mean F1 = 2·tp / (2·tp + fp + fn) over the classes that occur as truth or as answer. */
    private double macroF1(int[] times) {
        long[] hits = new long[width];
        long[] truths = new long[width];
        long[] answers = new long[width];
        for (int i = 0; i < times.length; i++) {
            truths[right.get(i)] += times[i];
            answers[answered.get(i)] += times[i];
            hits[right.get(i)] += right.get(i) == answered.get(i) ? times[i] : 0;
        }
        double sum = 0;
        int classes = 0;
        for (int c = 0; c < width; c++) {
            if (truths[c] + answers[c] > 0) {
                sum += 2.0 * hits[c] / (truths[c] + answers[c]);
                classes++;
            }
        }
        return classes == 0 ? 0 : sum / classes;
    }

    /** How many samples of a class there are, by class. */
    long[] samplesByClass() {
        long[] counts = new long[width];
        for (int i = 0; i < right.size(); i++) {
            counts[right.get(i)]++;
        }
        return counts;
    }

    /** How many of them were answered rightly, by class. */
    long[] hitsByClass() {
        long[] counts = new long[width];
        for (int i = 0; i < right.size(); i++) {
            counts[right.get(i)] += right.get(i) == answered.get(i) ? 1 : 0;
        }
        return counts;
    }
}

package io.fleetfit.compress.evaluate;

import io.fleetfit.compress.evaluate.Evaluation.Estimate;
import io.fleetfit.dataset.Truth.Box;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How well one model finds objects: average precision as the COCO evaluation has it (T.-Y. Lin et al. 2014,
 * arXiv 1405.0312, and its reference code): detections take, best first, the free true box that they overlap most; precision
 * is made monotonous and read at the 101 recalls 0, .01, … 1; classes without true boxes do not count. Keeps 12 bytes a
 * detection, at most 100 a sample.
 */
final class DetectionScores {
    private static final double[] OVERLAPS = {.50, .55, .60, .65, .70, .75, .80, .85, .90, .95};
    private static final int RECALLS = 101;
    private static final int DRAWS = 200;

    private final Map<Integer, OfClass> classes = new TreeMap<>();
    private int samples;

    /** What is kept of one class. */
    private static final class OfClass {
        final IntList sample = new IntList();
        final IntList score = new IntList();
        /** Bit {@code k} tells whether it is right at the overlap {@code k}. */
        final IntList right = new IntList();
        /** True boxes: the sample of each. */
        final IntList truths = new IntList();
    }

    void add(List<Box> truths, List<Detection> found) {
        for (Box truth : truths) {
            of(truth.classIndex()).truths.add(samples);
        }
        int[] right = match(truths, found);
        for (int i = 0; i < right.length; i++) {
            OfClass mine = of(found.get(i).classIndex());
            mine.sample.add(samples);
            mine.score.add(Float.floatToRawIntBits(found.get(i).score()));
            mine.right.add(right[i]);
        }
        samples++;
    }

    private OfClass of(int index) {
        return classes.computeIfAbsent(index, key -> new OfClass());
    }

    private static int[] match(List<Box> truths, List<Detection> found) {
        int[] right = new int[found.size()];
        for (int k = 0; k < OVERLAPS.length; k++) {
            boolean[] taken = new boolean[truths.size()];
            for (int i = 0; i < right.length; i++) {
                int best = best(found.get(i), truths, taken, OVERLAPS[k]);
                if (best >= 0) {
                    taken[best] = true;
                    right[i] |= 1 << k;
                }
            }
        }
        return right;
    }

    private static int best(Detection found, List<Box> truths, boolean[] taken, double least) {
        int best = -1;
        double most = least;
        for (int j = 0; j < taken.length; j++) {
            Box truth = truths.get(j);
            double overlap = truth.classIndex() == found.classIndex() && !taken[j]
                    ? found.overlap(truth.left(), truth.top(), truth.right(), truth.bottom())
                    : 0;
            if (overlap >= most) {
                most = overlap;
                best = j;
            }
        }
        return best;
    }

    long samples() {
        return samples;
    }

    /** Mean over the overlaps .50 to .95. */
    Estimate map() {
        return estimate(QualityMetric.MAP, OVERLAPS.length);
    }

    /** At the overlap .50 alone. */
    Estimate map50() {
        return estimate(QualityMetric.MAP50, 1);
    }

    private Estimate estimate(QualityMetric metric, int overlaps) {
        List<Ordered> ordered = new ArrayList<>();
        classes.values().forEach(each -> ordered.add(Ordered.of(each)));
        return Intervals.bootstrap(metric.text(), samples, DRAWS, 0, times -> mean(ordered, times, overlaps));
    }

    private static double mean(List<Ordered> classes, int[] times, int overlaps) {
        double sum = 0;
        int counted = 0;
        for (Ordered each : classes) {
            long truths = each.truths(times);
            if (truths > 0) {
                for (int k = 0; k < overlaps; k++) {
                    sum += each.averagePrecision(times, truths, k);
                }
                counted++;
            }
        }
        return counted == 0 ? 0 : sum / (counted * overlaps);
    }

    /** Detections of a class, best first. */
    @SuppressWarnings("ArrayRecordComponent") // private, and never compared
    private record Ordered(OfClass of, int[] order) {
        static Ordered of(OfClass of) {
            Integer[] order = new Integer[of.sample.size()];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, Comparator.comparing((Integer i) -> -Float.intBitsToFloat(of.score.get(i))));
            return new Ordered(
                    of, Arrays.stream(order).mapToInt(Integer::intValue).toArray());
        }

        long truths(int[] times) {
            long count = 0;
            for (int i = 0; i < of.truths.size(); i++) {
                count += times[of.truths.get(i)];
            }
            return count;
        }

        /** Walks down the scores; {@code best[r]} becomes the highest precision at a recall of at least r/100. */
        double averagePrecision(int[] times, long truths, int overlap) {
            double[] best = new double[RECALLS];
            long right = 0;
            long all = 0;
            for (int i : order) {
                int weight = times[of.sample.get(i)];
                if (weight == 0) {
                    continue;
                }
                all += weight;
                if ((of.right.get(i) >> overlap & 1) == 1) {
                    right += weight;
                    int reached = (int) ((RECALLS - 1) * right / truths);
                    best[reached] = Math.max(best[reached], (double) right / all);
                }
            }
            double sum = 0;
            double highest = 0;
            for (int r = RECALLS - 1; r >= 0; r--) {
                highest = Math.max(highest, best[r]);
                sum += highest;
            }
            return sum / RECALLS;
        }
    }
}

package io.fleetfit.compress.quantize;

import java.util.Arrays;

/**
 * Counts of values in bins of equal width over a range that grows: when a value lies outside, neighbouring bins are
 * joined and the range doubles. So one sweep over the data is enough, and at least half of the bins cover what was seen.
 * The same values in the same order give the same counts.
 */
final class Histogram {
    /** Even, so that neighbours can be joined. Half of them cover the range at the least. */
    static final int BINS = 8192;

    /** Width that a range has at the start, relative to its largest value, if all first values are equal. */
    private static final double LEAST_RELATIVE_WIDTH = 1e-6;

    private final long[] counts = new long[BINS];
    private double low;
    private double width;
    private long total;

    /** Counts finite values that lie from {@code least} to {@code most}. */
    void add(float[] values, int length, float least, float most) {
        if (length == 0) {
            return;
        }
        cover(least, most);
        double scale = BINS / width;
        double start = low;
        for (int i = 0; i < length; i++) {
            counts[Math.min(BINS - 1, (int) ((values[i] - start) * scale))]++;
        }
        total += length;
    }

    private void cover(float least, float most) {
        if (width == 0) {
            low = least;
            double tiny = Math.max(Math.max(Math.abs(least), Math.abs(most)) * LEAST_RELATIVE_WIDTH, 1e-30);
            width = Math.max((double) most - least, tiny);
        }
        while (least < low) {
            joinInto(BINS / 2);
            low -= width;
            width *= 2;
        }
        while (most > low + width) {
            joinInto(0);
            width *= 2;
        }
    }

    private void joinInto(int first) {
        long[] joined = new long[BINS / 2];
        for (int i = 0; i < joined.length; i++) {
            joined[i] = counts[2 * i] + counts[2 * i + 1];
        }
        Arrays.fill(counts, 0);
        System.arraycopy(joined, 0, counts, first, joined.length);
    }

    /** The value that a share of all counted values does not exceed, to the width of a bin. */
    double quantile(double share) {
        double wanted = share * total;
        long seen = 0;
        for (int i = 0; i < BINS; i++) {
            if (seen + counts[i] >= wanted && counts[i] > 0) {
                double within = (wanted - seen) / counts[i];
                return low + width * (i + Math.max(0, within)) / BINS;
            }
            seen += counts[i];
        }
        return low + width;
    }

    /** Counts of the magnitudes in {@code bins} bins of equal width from 0 to {@code most}. */
    long[] magnitudes(int bins, double most) {
        long[] folded = new long[bins];
        for (int i = 0; i < BINS; i++) {
            if (counts[i] > 0) {
                double centre = Math.abs(low + width * (i + 0.5) / BINS);
                folded[(int) Math.min(bins - 1, centre / most * bins)] += counts[i];
            }
        }
        return folded;
    }
}

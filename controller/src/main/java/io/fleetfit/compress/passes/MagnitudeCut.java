package io.fleetfit.compress.passes;

import java.util.List;
import java.util.function.Supplier;

/**
 * The smallest magnitudes of many numbers, found by counting bit patterns in two rounds: in linear time, without sorting or
 * holding them all. Among equal magnitudes the first go first, so that equal weights give equal results.
 */
final class MagnitudeCut {
    private static final int HALF = 16;
    private static final int BUCKETS = 1 << HALF;

    private final int threshold;
    private long ties;

    private MagnitudeCut(int threshold, long ties) {
        this.threshold = threshold;
        this.ties = ties;
    }

    /** Cuts off {@code count} of all the numbers, which are read twice. */
    static MagnitudeCut of(List<Supplier<float[]>> tensors, long count) {
        long[] counts = new long[BUCKETS];
        tensors.forEach(tensor -> {
            for (float value : tensor.get()) {
                counts[magnitude(value) >>> HALF]++;
            }
        });
        long left = count;
        int high = 0;
        while (high < BUCKETS - 1 && left > counts[high]) {
            left -= counts[high++];
        }
        int prefix = high;
        long[] fine = new long[BUCKETS];
        tensors.forEach(tensor -> {
            for (float value : tensor.get()) {
                int magnitude = magnitude(value);
                if (magnitude >>> HALF == prefix) {
                    fine[magnitude & (BUCKETS - 1)]++;
                }
            }
        });
        int low = 0;
        while (low < BUCKETS - 1 && left > fine[low]) {
            left -= fine[low++];
        }
        return new MagnitudeCut(prefix << HALF | low, left);
    }

    /** Bit patterns of floats without sign are in the order of their values. */
    private static int magnitude(float value) {
        return Float.floatToRawIntBits(value) & 0x7fffffff;
    }

    /** Whether the next number is cut off; to be asked once for each, in order. */
    boolean cuts(float value) {
        int magnitude = magnitude(value);
        if (magnitude == threshold && ties > 0) {
            ties--;
            return true;
        }
        return magnitude < threshold;
    }
}

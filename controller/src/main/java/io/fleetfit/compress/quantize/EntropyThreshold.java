package io.fleetfit.compress.quantize;

/**
 * Finds where to cut a distribution of magnitudes so that its quantized form loses least information, by
 * Kullback-Leibler divergence (Migacz, 8-bit Inference with TensorRT, GTC 2017).
 */
final class EntropyThreshold {
    /** Bins of magnitudes; fewer hide the tail. */
    static final int BINS = 2048;

    /** Cuts are tried at every so many bins. */
    private static final int STRIDE = 8;

    /** Stands for a probability of zero where the other distribution has mass. */
    private static final double SMOOTH = 1e-9;

    private EntropyThreshold() {}

    /**
     * The best cut as a share of the whole range, above 0 and at most 1.
     *
     * @param magnitudes counts by magnitude, {@link #BINS} of them
     * @param levels quantized magnitudes that are there: 255 for one side, 127 for two
     */
    static double share(long[] magnitudes, int levels) {
        long[] counts = magnitudes.clone();
        // Zero has an integer of its own and loses nothing; rectified values would hide all others behind it.
        counts[0] = counts[1];
        double best = Double.POSITIVE_INFINITY;
        int cut = counts.length;
        for (int bins = counts.length; bins >= levels; bins -= STRIDE) {
            double divergence = divergence(counts, bins, levels);
            if (divergence < best) {
                best = divergence;
                cut = bins;
            }
        }
        return (double) cut / counts.length;
    }

    /** Of the distribution cut at {@code bins}, its tail gathered in the last bin, from its quantized form. */
    private static double divergence(long[] counts, int bins, int levels) {
        long tail = 0;
        for (int i = bins; i < counts.length; i++) {
            tail += counts[i];
        }
        double inside = 0;
        for (int i = 0; i < bins; i++) {
            inside += counts[i];
        }
        if (inside == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double sum = 0;
        for (int level = 0; level < levels; level++) {
            int from = (int) ((long) level * bins / levels);
            int to = (int) ((long) (level + 1) * bins / levels);
            sum += divergence(counts, from, to, to == bins ? tail : 0, inside, inside + tail);
        }
        return sum;
    }

    private static double divergence(long[] counts, int from, int to, long tail, double inside, double all) {
        double mass = 0;
        int used = 0;
        for (int i = from; i < to; i++) {
            mass += counts[i];
            used += counts[i] > 0 ? 1 : 0;
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            double p = (counts[i] + (i == to - 1 ? tail : 0)) / all;
            if (p > 0) {
                double q = counts[i] > 0 ? mass / used / inside : SMOOTH;
                sum += p * Math.log(p / q);
            }
        }
        return sum;
    }
}

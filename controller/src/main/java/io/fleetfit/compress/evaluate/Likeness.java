package io.fleetfit.compress.evaluate;

import io.fleetfit.compress.evaluate.Evaluation.Estimate;
import java.util.Arrays;

/**
 * How like a variant's outputs are to its parent's: the cosine of the angle between them, averaged over samples, and the
 * signal-to-quantization-noise ratio {@code 10·log10(Σ p² / Σ (p − v)²)} over all samples.
 */
final class Likeness {
    private static final int DRAWS = 1_000;
    private static final long MOST_STEPS = 200_000_000;

    private float[] cosines = new float[256];
    private int samples;
    private double signal;
    private double noise;

    /** All outputs of one sample one after the other. */
    void add(float[] parent, float[] variant) {
        double product = 0;
        double parentSquares = 0;
        double variantSquares = 0;
        for (int i = 0; i < parent.length; i++) {
            double p = parent[i];
            double v = variant[i];
            product += p * v;
            parentSquares += p * p;
            variantSquares += v * v;
            noise += (p - v) * (p - v);
        }
        signal += parentSquares;
        if (samples == cosines.length) {
            cosines = Arrays.copyOf(cosines, samples * 2);
        }
        cosines[samples++] = (float) cosine(product, parentSquares, variantSquares);
    }

    /** Two vectors of zeros are alike, one is like nothing. */
    private static double cosine(double product, double parentSquares, double variantSquares) {
        if (parentSquares == 0 || variantSquares == 0) {
            return parentSquares == variantSquares ? 1 : 0;
        }
        return Math.max(-1, Math.min(1, product / Math.sqrt(parentSquares) / Math.sqrt(variantSquares)));
    }

    double cosine() {
        double sum = 0;
        for (int i = 0; i < samples; i++) {
            sum += cosines[i];
        }
        return samples == 0 ? 0 : sum / samples;
    }

    Estimate estimate() {
        int draws = (int) Math.max(100, Math.min(DRAWS, MOST_STEPS / Math.max(1, samples)));
        return Intervals.bootstrap(QualityMetric.COSINE.text(), samples, draws, -1, times -> {
            double sum = 0;
            for (int i = 0; i < times.length; i++) {
                sum += (double) times[i] * cosines[i];
            }
            return sum / times.length;
        });
    }

    /** In dB; infinity if all outputs are equal. */
    double sqnrDecibels() {
        return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
    }
}

package io.fleetfit.compress.quantize;

/**
 * The real numbers that a quantized value stands for; 0 is always among them, so that zero padding and rectified values
 * stay exact.
 *
 * @param low 0 or less
 * @param high 0 or more
 */
public record ValueRange(double low, double high) {
    /** What probabilities keep to: the outputs of Softmax and Sigmoid. */
    static final ValueRange UNIT = new ValueRange(0, 1);

    public ValueRange {
        if (!(low <= 0 && high >= 0 && high - low < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a range must be finite and hold 0, got " + low + " to " + high);
        }
    }

    /** The smallest range with 0, {@code one} and {@code other} in it. */
    static ValueRange around(double one, double other) {
        return new ValueRange(Math.min(0, Math.min(one, other)), Math.max(0, Math.max(one, other)));
    }

    /** The range of an array's values. */
    static ValueRange of(float[] values) {
        double low = 0;
        double high = 0;
        for (float value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        return new ValueRange(low, high);
    }
}

package io.fleetfit.compress.quantize;

/**
 * How integers stand for real numbers: {@code real = (integer − zeroPoint) · scale}.
 *
 * @param scale above 0, a normal 32-bit float
 */
record Affine(float scale, int zeroPoint, NumberForm form) {
    /** Ranges below it are noise: scales would leave the normal 32-bit floats. */
    private static final double LEAST_WIDTH = 1e-30;

    /** The affine map that covers a range. */
    static Affine of(ValueRange range, NumberForm form) {
        double width = form.symmetric() ? 2 * Math.max(-range.low(), range.high()) : range.high() - range.low();
        if (width < LEAST_WIDTH) {
            // Always zero in calibration: any map holds that; this one leaves biases behind it fine steps.
            return of(ValueRange.UNIT, form);
        }
        if (form.symmetric()) {
            return new Affine((float) (width / 2 / form.most()), 0, form);
        }
        float scale = (float) (width / (form.most() - form.least()));
        long zero = Math.round(form.least() - range.low() / scale);
        return new Affine(scale, (int) Math.max(form.least(), Math.min(form.most(), zero)), form);
    }

    /** The smallest real number that an integer stands for. */
    double least() {
        return (form.least() - zeroPoint) * (double) scale;
    }

    /** The largest real number that an integer stands for. */
    double most() {
        return (form.most() - zeroPoint) * (double) scale;
    }

    /** The integers of real numbers, as bytes; beyond the range they stay at its ends. */
    byte[] quantize(float[] values) {
        byte[] integers = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            long integer = (long) Math.rint(values[i] / scale) + zeroPoint;
            integers[i] = (byte) Math.max(form.least(), Math.min(form.most(), integer));
        }
        return integers;
    }
}

package io.fleetfit.onnx;

/** IEEE 754 binary16 numbers as bit patterns. */
public final class Halves {
    /** Largest finite value. */
    public static final float MAX = 65504;

    private Halves() {}

    /** Whether all values are finite and stay finite in 16 bits. */
    public static boolean fits(float[] values) {
        for (float value : values) {
            if (!(Math.abs(value) <= MAX)) {
                return false;
            }
        }
        return true;
    }

    /** The value of a bit pattern. */
    public static float toFloat(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
        }
        float magnitude =
                exponent == 0 ? fraction * 0x1p-24f : Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
        return sign == 0 ? magnitude : -magnitude;
    }

    /** The nearest binary16 of each value. */
    public static short[] of(float[] values) {
        short[] bits = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = of(values[i]);
        }
        return bits;
    }

    /** The nearest binary16 of {@code value}, ties to even; infinite above {@link #MAX}. */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= 0x477ff000) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) {
            return (short) (sign | subnormal(magnitude));
        }
        int rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
        return (short) (sign | ((rounded - 0x38000000) >>> 13));
    }

    /** Below 2⁻¹⁴ the step is 2⁻²⁴; adding one half lets the float unit round to that step. */
    private static int subnormal(int magnitude) {
        float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
        return Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(0.5f);
    }
}

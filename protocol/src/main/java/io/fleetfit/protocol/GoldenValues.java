package io.fleetfit.protocol;

import java.nio.ByteBuffer;

/**
 * Numbers of golden inputs, the same in every language: draw <i>j</i> of seed <i>s</i> is SplitMix64 (Steele, Lea, Flood:
 * OOPSLA 2014) of state {@code s + (j + 1) · 0x9e3779b97f4a7c15}, its topmost 24 bits divided by 2^24; element <i>i</i>
 * takes draw {@code ⌊i / hold⌋}, scaled to {@code [low, high)}.
 */
public final class GoldenValues {
    private static final long STEP = 0x9e3779b97f4a7c15L;
    private static final double UNIT = 1.0 / (1 << 24);

    private GoldenValues() {}

    /** Draw {@code number} (from 0) of {@code seed}, in [0, 1). */
    public static double draw(long seed, long number) {
        long z = seed + (number + 1) * STEP;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return ((z ^ (z >>> 31)) >>> 40) * UNIT;
    }

    /** Element {@code index} of the flat tensor. */
    public static double element(Golden.GoldenInput input, long index) {
        double unit = draw(input.seed(), index / input.hold());
        return input.low() + unit * (input.high() - input.low());
    }

    /** Number of elements of a shape. */
    public static long elements(Iterable<Long> shape) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        return elements;
    }

    /** The flat index of value {@code k} of {@code count} that are kept of {@code elements}. */
    public static long index(int k, int count, long elements) {
        return Math.multiplyExact(k, elements) / count;
    }

    /**
     * Writes the whole tensor at the position of {@code target}, in its byte order; whole numbers are rounded down, truth
     * is a value of a half or more.
     *
     * @throws IllegalArgumentException the type is none of numbers or truth, or of 16 bits
     */
    public static void fill(Golden.GoldenInput input, ByteBuffer target) {
        long elements = elements(input.shape());
        for (long i = 0; i < elements; i++) {
            put(input.type(), element(input, i), target);
        }
    }

    private static void put(String type, double value, ByteBuffer target) {
        switch (type) {
            case "FP32" -> target.putFloat((float) value);
            case "FP64" -> target.putDouble(value);
            case "INT64" -> target.putLong((long) Math.floor(value));
            case "INT32" -> target.putInt((int) Math.floor(value));
            case "INT16" -> target.putShort((short) Math.floor(value));
            case "INT8", "UINT8" -> target.put((byte) (int) Math.floor(value));
            case "BOOL" -> target.put((byte) (value >= 0.5 ? 1 : 0));
            default ->
                throw new IllegalArgumentException(
                        "golden inputs are FP32, FP64, INT8 to INT64, UINT8 or BOOL, got '" + type + "'");
        }
    }
}

package io.fleetfit.compress.passes;

/**
 * Integers of 4 or 8 bits with a scale, and in the asymmetric form a zero point, for every block of a column, as ONNX
 * Runtime's operator MatMulNBits reads them: unsigned, the low nibble first, columns one after the other, the last block of
 * a column filled up with zeros.
 */
final class BlockQuantizer {
    private final int bits;
    private final int block;
    private final boolean symmetric;
    private final int columns;
    private final int length;
    private final int blocks;
    private final byte[] values;
    private final float[] scales;
    private final byte[] zeroPoints;

    /** Quantizes {@code columns} columns of {@code length} elements each. */
    BlockQuantizer(float[] matrix, int columns, int length, int bits, int block, boolean symmetric) {
        this.bits = bits;
        this.block = block;
        this.symmetric = symmetric;
        this.columns = columns;
        this.length = length;
        blocks = (length + block - 1) / block;
        values = new byte[Math.multiplyExact(columns * blocks, block * bits / 8)];
        scales = new float[columns * blocks];
        zeroPoints = new byte[columns * zeroPointBytes()];
        for (int column = 0; column < columns; column++) {
            for (int b = 0; b < blocks; b++) {
                quantize(matrix, column, b);
            }
        }
    }

    private int zeroPointBytes() {
        return (blocks * bits + 7) / 8;
    }

    private void quantize(float[] matrix, int column, int b) {
        int from = column * length + b * block;
        int to = Math.min(from + block, (column + 1) * length);
        float least = 0;
        float most = 0;
        for (int i = from; i < to; i++) {
            least = Math.min(least, matrix[i]);
            most = Math.max(most, matrix[i]);
        }
        int levels = (1 << bits) - 1;
        int middle = 1 << (bits - 1);
        float scale;
        int zero = middle;
        if (symmetric) {
            // The value of largest magnitude lies exactly on the longer side of the range.
            float extreme = -least > most ? least : most;
            scale = extreme / -middle;
        } else {
            scale = (most - least) / levels;
            zero = scale == 0 ? middle : clamp(Math.round(-least / scale), levels);
        }
        scales[column * blocks + b] = scale;
        put(zeroPoints, column * zeroPointBytes(), b, zero);
        int start = (column * blocks + b) * (block * bits / 8);
        for (int i = 0; i < block; i++) {
            boolean isValue = from + i < to && scale != 0;
            int q = isValue ? clamp(Math.round(matrix[from + i] / scale) + zero, levels) : zero;
            put(values, start, i, q);
        }
    }

    private static int clamp(int value, int most) {
        return Math.max(0, Math.min(most, value));
    }

    private void put(byte[] target, int start, int index, int value) {
        if (bits == 8) {
            target[start + index] = (byte) value;
        } else {
            target[start + index / 2] |= (byte) (value << (index % 2 * 4));
        }
    }

    /** N × blocks × bytes of a block. */
    byte[] values() {
        return values;
    }

    long[] dims() {
        return new long[] {columns, blocks, (long) block * bits / 8};
    }

    /** N × blocks. */
    float[] scales() {
        return scales;
    }

    /** N × packed blocks; of meaning only in the asymmetric form. */
    byte[] zeroPoints() {
        return zeroPoints;
    }

    int blocks() {
        return blocks;
    }

    int packedBlocks() {
        return zeroPointBytes();
    }
}

package io.fleetfit.compress.evaluate;

import java.util.Arrays;

/** Whole numbers in a row, 4 bytes each: what is kept of every sample must be small. */
final class IntList {
    private int[] values = new int[256];
    private int size;

    void add(int value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
    }

    int get(int index) {
        return values[index];
    }

    int size() {
        return size;
    }
}

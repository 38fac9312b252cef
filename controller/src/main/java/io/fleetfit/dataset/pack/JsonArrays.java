package io.fleetfit.dataset.pack;

import com.fasterxml.jackson.databind.JsonNode;
import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.NpyBytes;
import java.util.ArrayList;
import java.util.List;

/** Nested JSON arrays of numbers as NumPy files of 32-bit floats. */
final class JsonArrays {
    private JsonArrays() {}

    /** Lengths of the arrays from outer to inner, by the first of each. */
    static List<Long> shape(JsonNode node) {
        List<Long> shape = new ArrayList<>();
        for (JsonNode inner = node; inner.isArray(); inner = inner.path(0)) {
            shape.add((long) inner.size());
        }
        return shape;
    }

    /** The file; {@code of} names the array in messages. */
    static byte[] npy(JsonNode node, String of) throws BadDataSet {
        List<Long> shape = shape(node);
        List<Float> values = new ArrayList<>();
        gather(node, shape, 0, values, of);
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return NpyBytes.of(shape, floats);
    }

    private static void gather(JsonNode node, List<Long> shape, int depth, List<Float> values, String of)
            throws BadDataSet {
        if (depth == shape.size()) {
            float value = (float) node.asDouble();
            if (!node.isNumber() || !Float.isFinite(value)) {
                throw new BadDataSet(of + " holds " + node + ", which is no number that a 32-bit float can be");
            }
            values.add(value);
            return;
        }
        if (!node.isArray() || node.size() != shape.get(depth)) {
            throw new BadDataSet(of + " has rows of different lengths; all arrays of one depth must be as long");
        }
        for (JsonNode inner : node) {
            gather(inner, shape, depth + 1, values, of);
        }
    }
}

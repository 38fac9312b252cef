package io.fleetfit.dataset;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetFile;
import io.fleetfit.dataset.file.NpyHeader;
import io.fleetfit.dataset.file.NpyType;
import io.fleetfit.dataset.file.SampleRow;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.protocol.TensorSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Arrays of a set as the inputs of a model.
 *
 * @param wanted inputs of the model
 * @param held the set's array for each of them
 */
record TensorInputs(DataSetFile file, List<TensorSpec> wanted, Map<String, TensorSpec> held) implements SampleInputs {
    @Override
    public Map<String, FloatTensor> read(SampleRow row) throws IOException, BadDataSet {
        Map<String, String> entries = row.tensors();
        Map<String, FloatTensor> inputs = new HashMap<>();
        for (TensorSpec input : wanted) {
            TensorSpec spec = held.get(input.name());
            String entry = entries == null || spec == null ? null : entries.get(spec.name());
            if (entry == null || spec == null) {
                throw new BadDataSet(row.text() + " has no array for the input '" + input.name() + "'");
            }
            Elements elements = Elements.read(file.bytes(entry), row.text());
            if (!elements.shape().equals(spec.shape())) {
                throw new BadDataSet(row.text() + " has the shape " + elements.shape() + ", not " + spec.shape());
            }
            long[] shape = batched(elements.shape(), input.shape()).stream()
                    .mapToLong(Long::longValue)
                    .toArray();
            inputs.put(input.name(), new FloatTensor(shape, elements.values()));
        }
        return inputs;
    }

    @Override
    public Truth.Boxes inTensor(SampleRow row, List<Truth.Box> boxes) {
        return new Truth.Boxes(boxes);
    }

    /** The shape of a sample with a batch dimension of 1, unless it has one that the model's input has too. */
    static List<Long> batched(List<Long> sample, List<Long> input) {
        if (!sample.isEmpty() && sample.size() == input.size() && sample.get(0) == 1) {
            return sample;
        }
        List<Long> shape = new ArrayList<>(List.of(1L));
        shape.addAll(sample);
        return shape;
    }

    /** The elements of a NumPy file as floats. */
    @SuppressWarnings("ArrayRecordComponent") // handed on at once
    record Elements(List<Long> shape, float[] values) {
        /** Largest whole number up to which every one is a 32-bit float. */
        private static final double EXACT = 1 << 24;

        /**
         * Reads a whole file.
         *
         * @param of names it in messages
         * @throws BadDataSet if it holds what is no number, or a whole number that no 32-bit float holds
         */
        static Elements read(byte[] npy, String of) throws IOException, BadDataSet {
            NpyHeader header = NpyHeader.read(new ByteArrayInputStream(npy), of);
            if (header.fortran()
                    || header.bigEndian()
                    || npy.length
                            != header.offset()
                                    + header.elements() * header.type().size()) {
                throw new BadDataSet(of + " is not stored as fleetfit stores arrays; import the set again");
            }
            ByteBuffer bytes =
                    ByteBuffer.wrap(npy).order(ByteOrder.LITTLE_ENDIAN).position((int) header.offset());
            float[] values = new float[(int) header.elements()];
            if (header.type() == NpyType.FLOAT32) {
                bytes.asFloatBuffer().get(values);
                for (int i = 0; i < values.length; i++) {
                    if (!Float.isFinite(values[i])) {
                        throw unusable(header, values[i], i, of);
                    }
                }
            } else {
                convert(header, bytes, values, of);
            }
            return new Elements(header.shape(), values);
        }

        private static void convert(NpyHeader header, ByteBuffer bytes, float[] values, String of) throws BadDataSet {
            for (int i = 0; i < values.length; i++) {
                double value = header.type().next(bytes);
                values[i] = (float) value;
                if (!Float.isFinite(values[i]) || (header.type().isInteger() && Math.abs(value) > EXACT)) {
                    throw unusable(header, value, i, of);
                }
            }
        }

        private static BadDataSet unusable(NpyHeader header, double value, int element, String of) {
            return new BadDataSet(of + " holds " + value + " at element " + element + ", which "
                    + (header.type().isInteger() ? "a 32-bit float cannot hold exactly" : "is no usable number")
                    + "; leave the sample out or correct it");
        }
    }
}

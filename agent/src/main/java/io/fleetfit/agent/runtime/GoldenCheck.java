package io.fleetfit.agent.runtime;

import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.GoldenValues;
import io.fleetfit.protocol.TensorSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs golden inputs and holds what comes out against the controller's outputs. */
final class GoldenCheck {
    private final LoadedModel model;
    private final Golden golden;

    GoldenCheck(LoadedModel model, Golden golden) {
        this.model = model;
        this.golden = golden;
    }

    /**
     * How far outputs are from the reference.
     *
     * @param absolute greatest difference, in the unit of the output
     * @param relative greatest difference over the greatest magnitude of its output
     * @param beyond the first output beyond the tolerance, for people; absent if none is
     */
    record Difference(
            double absolute, double relative, @Nullable String beyond) {
        Difference and(Difference other) {
            return new Difference(
                    Math.max(absolute, other.absolute),
                    Math.max(relative, other.relative),
                    beyond == null ? other.beyond : beyond);
        }
    }

    /** Buffers for the inputs of a case, filled. */
    static Frame frame(LoadedModel model, Golden.GoldenCase example) throws InferenceException {
        List<Golden.GoldenInput> inputs =
                model.inputs().stream().map(spec -> input(example, spec)).toList();
        Frame frame = model.borrow(inputs.stream().map(GoldenCheck::shape).toList());
        for (int i = 0; i < inputs.size(); i++) {
            GoldenValues.fill(inputs.get(i), frame.input(i));
        }
        return frame;
    }

    private static Golden.GoldenInput input(Golden.GoldenCase example, TensorSpec spec) {
        return example.inputs().stream()
                .filter(input ->
                        input.name().equals(spec.name()) && input.type().equals(spec.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the golden inputs have no " + spec.type() + " '" + spec.name() + "'"));
    }

    private static long[] shape(Golden.GoldenInput input) {
        return input.shape().stream().mapToLong(Long::longValue).toArray();
    }

    /** The difference of one case that was just run in {@code frame}. */
    Difference compare(Golden.GoldenCase example, Frame frame) {
        Difference all = new Difference(0, 0, null);
        for (Golden.GoldenOutput expected : example.outputs()) {
            all = all.and(difference(expected, frame));
        }
        return all;
    }

    private Difference difference(Golden.GoldenOutput expected, Frame frame) {
        int index = index(expected.name());
        if (index < 0) {
            return new Difference(0, 0, "there is no output '" + expected.name() + "'");
        }
        long[] shape = frame.outputShape(index);
        if (!Arrays.equals(
                shape, expected.shape().stream().mapToLong(Long::longValue).toArray())) {
            return new Difference(
                    0,
                    0,
                    "output '" + expected.name() + "' has the shape " + Arrays.toString(shape) + ", the reference "
                            + expected.shape());
        }
        Optional<OutputValues> values =
                OutputValues.of(model.outputs().get(index).type(), frame.output(index));
        return values.map(got -> difference(expected, got)).orElse(new Difference(0, 0, null));
    }

    private Difference difference(Golden.GoldenOutput expected, OutputValues got) {
        double greatest = 0;
        double worst = 0;
        int kept = expected.values().size();
        for (int k = 0; k < kept; k++) {
            double reference = expected.values().get(k);
            greatest = Math.max(greatest, Math.abs(reference));
            worst = Math.max(worst, Math.abs(got.at(GoldenValues.index(k, kept, got.count())) - reference));
        }
        double allowed = golden.absolute() + golden.relative() * greatest;
        return new Difference(
                worst,
                greatest > 0 ? worst / greatest : 0,
                worst <= allowed
                        ? null
                        : String.format(
                                Locale.ROOT,
                                "output '%s' differs from the controller's by %.3g; the tolerance is %.3g",
                                expected.name(),
                                worst,
                                allowed));
    }

    private int index(String name) {
        for (int i = 0; i < model.outputs().size(); i++) {
            if (model.outputs().get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Elements of an output as numbers. */
    record OutputValues(String type, ByteBuffer bytes, int width) {
        /** Empty for types that are no numbers. */
        static Optional<OutputValues> of(String type, ByteBuffer bytes) {
            int width =
                    switch (type) {
                        case "FP64", "INT64" -> 8;
                        case "FP32", "INT32" -> 4;
                        case "FP16", "BF16", "INT16" -> 2;
                        case "INT8", "UINT8", "BOOL" -> 1;
                        default -> 0;
                    };
            return width == 0 ? Optional.empty() : Optional.of(new OutputValues(type, bytes, width));
        }

        long count() {
            return bytes.remaining() / width;
        }

        double at(long index) {
            int offset = Math.toIntExact(index * width);
            return switch (type) {
                case "FP64" -> bytes.getDouble(offset);
                case "INT64" -> bytes.getLong(offset);
                case "FP32" -> bytes.getFloat(offset);
                case "INT32" -> bytes.getInt(offset);
                case "FP16", "BF16" -> DataTypes.fromHalf(type, bytes.getShort(offset));
                case "INT16" -> bytes.getShort(offset);
                case "UINT8", "BOOL" -> bytes.get(offset) & 0xff;
                default -> bytes.get(offset);
            };
        }
    }
}

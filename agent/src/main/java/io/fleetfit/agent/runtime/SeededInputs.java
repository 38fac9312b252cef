package io.fleetfit.agent.runtime;

import io.fleetfit.protocol.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** Inputs from a fixed seed, for variants that came without golden ones. */
final class SeededInputs {
    private static final long SEED = 0x666c6565746669L;

    private SeededInputs() {}

    static Frame frame(LoadedModel model, TrialOrder order) throws InferenceException {
        Frame frame = model.borrow(
                model.inputs().stream().map(input -> shape(input, order)).toList());
        Random random = new Random(SEED);
        for (int i = 0; i < model.inputs().size(); i++) {
            fill(random, model.inputs().get(i).type(), frame.input(i));
        }
        return frame;
    }

    /** The shape of the graph; a dimension that it leaves open is taken from the contract or the picture, else 1. */
    private static long[] shape(TensorSpec input, TrialOrder order) {
        List<Long> contract = order.inputs().stream()
                .filter(spec -> spec.name().equals(input.name())
                        && spec.shape().size() == input.shape().size())
                .findFirst()
                .map(TensorSpec::shape)
                .orElse(input.shape());
        List<Long> picture = order.picture();
        long[] shape = new long[input.shape().size()];
        for (int i = 0; i < shape.length; i++) {
            long known = input.shape().get(i) > 0 ? input.shape().get(i) : contract.get(i);
            shape[i] = known > 0 ? known : picture.size() == shape.length ? picture.get(i) : 1;
        }
        return shape;
    }

    /** Values of a range that every kind of model takes: 0 to 1 for numbers, 0 or 1 for whole ones. */
    private static void fill(Random random, String type, ByteBuffer buffer) {
        while (buffer.hasRemaining()) {
            switch (type) {
                case "FP32" -> buffer.putFloat(random.nextFloat());
                case "FP64" -> buffer.putDouble(random.nextDouble());
                case "INT64" -> buffer.putLong(random.nextInt(2));
                case "INT32" -> buffer.putInt(random.nextInt(2));
                case "FP16", "BF16", "INT16" -> buffer.putShort((short) 0);
                default -> buffer.put((byte) random.nextInt(2));
            }
        }
    }
}

package io.fleetfit.worker;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.fleetfit.protocol.ModelContract;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Inputs to try a model with: floats between 0 and 1 from a fixed seed, and zeros for every other type. */
final class SampleInputs {
    private static final long SEED = 1;
    private static final long MAX_BYTES = 1L << 30;

    private SampleInputs() {}

    static boolean hasOpenDimensions(OrtSession session, @Nullable ModelContract contract) throws OrtException {
        return !shapes(session, contract, 1).equals(shapes(session, contract, 2));
    }

    /** A shape for every input: the contract's where it says one, else the graph's; batch 1; {@code open} for the rest. */
    static Map<String, List<Long>> shapes(OrtSession session, @Nullable ModelContract contract, long open)
            throws OrtException {
        Map<String, List<Long>> shapes = new HashMap<>();
        for (NodeInfo input : session.getInputInfo().values()) {
            if (input.getInfo() instanceof TensorInfo info) {
                shapes.put(input.getName(), shape(input.getName(), info.getShape(), contract, open));
            }
        }
        return shapes;
    }

    private static List<Long> shape(String name, long[] declared, @Nullable ModelContract contract, long open) {
        List<Long> promised = contract == null
                ? List.of()
                : contract.inputs().stream()
                        .filter(spec -> spec.name().equals(name))
                        .findFirst()
                        .map(spec -> spec.shape())
                        .orElse(List.of());
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < declared.length; i++) {
            long wish = i < promised.size() && promised.get(i) > 0 ? promised.get(i) : declared[i];
            shape.add(wish > 0 ? wish : i == 0 ? 1 : open);
        }
        return shape;
    }

    /** The tensors; close them. */
    static Map<String, OnnxTensor> make(OrtEnvironment environment, OrtSession session, Map<String, List<Long>> shapes)
            throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        Random random = new Random(SEED);
        for (NodeInfo input : session.getInputInfo().values()) {
            List<Long> shape = shapes.get(input.getName());
            if (shape != null && input.getInfo() instanceof TensorInfo info) {
                inputs.put(input.getName(), tensor(environment, info, shape, random));
            }
        }
        return inputs;
    }

    private static OnnxTensor tensor(OrtEnvironment environment, TensorInfo info, List<Long> shape, Random random)
            throws OrtException {
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        long bytes = Math.multiplyExact(elements, (long) info.type.size);
        if (bytes > MAX_BYTES) {
            throw new OrtException("an input of shape " + shape + " takes " + bytes + " bytes");
        }
        long[] dims = shape.stream().mapToLong(Long::longValue).toArray();
        ByteBuffer data = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        return switch (info.type) {
            case FLOAT -> {
                for (int i = 0; i < elements; i++) {
                    data.putFloat(i * Float.BYTES, random.nextFloat());
                }
                yield OnnxTensor.createTensor(environment, data.asFloatBuffer(), dims);
            }
            case STRING -> {
                String[] texts = new String[(int) elements];
                Arrays.fill(texts, "");
                yield OnnxTensor.createTensor(environment, texts, dims);
            }
            default -> OnnxTensor.createTensor(environment, data, dims, info.type);
        };
    }
}

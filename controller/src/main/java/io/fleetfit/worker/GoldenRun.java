package io.fleetfit.worker;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.Golden.GoldenInput;
import io.fleetfit.protocol.Golden.GoldenOutput;
import io.fleetfit.protocol.GoldenValues;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.protocol.picture.PictureShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs a variant on golden inputs, as it is and with its own settings; only ever in a child process. */
final class GoldenRun {
    private static final double ABSOLUTE = 1e-5;
    private static final long[] SEEDS = {1, 2};
    /** Noise, and noise in patches. */
    private static final int[] HOLDS = {1, 7};

    private static final Map<OnnxJavaType, String> TYPES = Map.of(
            OnnxJavaType.FLOAT, "FP32",
            OnnxJavaType.DOUBLE, "FP64",
            OnnxJavaType.INT8, "INT8",
            OnnxJavaType.INT16, "INT16",
            OnnxJavaType.INT32, "INT32",
            OnnxJavaType.INT64, "INT64",
            OnnxJavaType.UINT8, "UINT8",
            OnnxJavaType.BOOL, "BOOL");

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final GoldenOrder order;

    GoldenRun(GoldenOrder order) {
        this.order = order;
    }

    /**
     * What to run with.
     *
     * @param contract what the model promises
     * @param settings of the variant; the provider is this machine's CPU all the same
     * @param relative tolerance
     */
    record GoldenOrder(ModelContract contract, ExecutionSettings settings, double relative) {}

    /** Empty if an input is of a type that has no golden values, or an output is not finite. */
    Optional<Golden> run(Path file) throws ModelRefused {
        Map<String, List<Long>> shapes =
                new ModelRunner().run(file, pictured(order.contract())).shapes();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            for (Map.Entry<String, String> entry :
                    order.settings().sessionConfig().entrySet()) {
                options.addConfigEntry(entry.getKey(), entry.getValue());
            }
            try (OrtSession session = environment.createSession(file.toString(), options)) {
                return cases(session, shapes)
                        .filter(cases -> cases.stream().allMatch(GoldenRun::isFinite))
                        .map(cases -> new Golden(cases, ABSOLUTE, order.relative()));
            }
        } catch (OrtException e) {
            throw new ModelRefused(ModelRefused.Code.RUNTIME_REJECTED, "the golden run failed: " + e.getMessage(), e);
        }
    }

    /** The contract with the picture's shape where it leaves one open. */
    private static ModelContract pictured(ModelContract contract) {
        ImageInput image = contract.image();
        if (image == null || contract.inputs().isEmpty()) {
            return contract;
        }
        List<Long> picture =
                Arrays.stream(PictureShape.of(image)).boxed().toList();
        List<TensorSpec> inputs = new ArrayList<>(contract.inputs());
        TensorSpec first = inputs.get(0);
        if (first.shape().size() == picture.size()) {
            List<Long> shape = new ArrayList<>();
            for (int i = 0; i < picture.size(); i++) {
                shape.add(first.shape().get(i) > 0 ? first.shape().get(i) : picture.get(i));
            }
            inputs.set(0, new TensorSpec(first.name(), first.type(), shape));
        }
        return new ModelContract(
                contract.task(),
                inputs,
                contract.outputs(),
                image,
                contract.softmax(),
                contract.labels(),
                contract.qualityMetric());
    }

    private Optional<List<Golden.GoldenCase>> cases(OrtSession session, Map<String, List<Long>> shapes)
            throws OrtException {
        List<Golden.GoldenCase> cases = new ArrayList<>();
        for (int i = 0; i < SEEDS.length; i++) {
            List<GoldenInput> inputs = new ArrayList<>();
            for (NodeInfo node : session.getInputInfo().values()) {
                String type = node.getInfo() instanceof TensorInfo info ? TYPES.get(info.type) : null;
                List<Long> shape = shapes.get(node.getName());
                if (type == null || shape == null) {
                    return Optional.empty();
                }
                double[] range = range(node.getName(), type);
                inputs.add(new GoldenInput(node.getName(), type, shape, SEEDS[i], HOLDS[i], range[0], range[1]));
            }
            cases.add(new Golden.GoldenCase(inputs, outputs(session, inputs)));
        }
        return Optional.of(cases);
    }

    /** The values that pixels become for a picture; else 0 to 1, or 0 and 1 for whole numbers. */
    private double[] range(String name, String type) {
        ImageInput image = order.contract().image();
        boolean picture = image != null
                && !order.contract().inputs().isEmpty()
                && order.contract().inputs().get(0).name().equals(name);
        if (image == null || !picture) {
            return type.startsWith("FP") ? new double[] {0, 1} : new double[] {0, 2};
        }
        double low = Double.MAX_VALUE;
        double high = -Double.MAX_VALUE;
        for (int i = 0; i < image.mean().size(); i++) {
            low = Math.min(low, -image.mean().get(i) / image.std().get(i));
            high = Math.max(
                    high,
                    (255 * image.scale() - image.mean().get(i)) / image.std().get(i));
        }
        return low < high ? new double[] {low, high} : new double[] {0, 1};
    }

    private List<GoldenOutput> outputs(OrtSession session, List<GoldenInput> inputs) throws OrtException {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try {
            for (GoldenInput input : inputs) {
                tensors.put(input.name(), tensor(input));
            }
            List<GoldenOutput> outputs = new ArrayList<>();
            try (OrtSession.Result result = session.run(tensors)) {
                for (Map.Entry<String, OnnxValue> output : result) {
                    if (output.getValue() instanceof OnnxTensor tensor) {
                        output(output.getKey(), tensor).ifPresent(outputs::add);
                    }
                }
            }
            return outputs;
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor tensor(GoldenInput input) throws OrtException {
        OnnxJavaType type = TYPES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(input.type()))
                .findFirst()
                .orElseThrow()
                .getKey();
        long bytes = Math.multiplyExact(GoldenValues.elements(input.shape()), (long) type.size);
        ByteBuffer data = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
        GoldenValues.fill(input, data);
        long[] shape = input.shape().stream().mapToLong(Long::longValue).toArray();
        return OnnxTensor.createTensor(environment, data.flip(), shape, type);
    }

    /** Only real numbers are compared: whole ones are choices, which turn on the last place. */
    private static Optional<GoldenOutput> output(String name, OnnxTensor tensor) {
        OnnxJavaType type = tensor.getInfo().type;
        if (type != OnnxJavaType.FLOAT && type != OnnxJavaType.DOUBLE && type != OnnxJavaType.FLOAT16) {
            return Optional.empty();
        }
        ByteBuffer data = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
        int elements = data.remaining() / type.size;
        int kept = Math.min(elements, Golden.MAX_ELEMENTS);
        List<Double> values = new ArrayList<>(kept);
        for (int k = 0; k < kept; k++) {
            int at = Math.toIntExact(GoldenValues.index(k, kept, elements) * type.size);
            values.add(
                    switch (type) {
                        case FLOAT -> (double) data.getFloat(at);
                        case DOUBLE -> data.getDouble(at);
                        default -> (double) Fp16Conversions.fp16ToFloat(data.getShort(at));
                    });
        }
        List<Long> shape = Arrays.stream(tensor.getInfo().getShape()).boxed().toList();
        return Optional.of(new GoldenOutput(name, shape, values));
    }

    private static boolean isFinite(Golden.GoldenCase example) {
        return example.outputs().stream()
                .allMatch(output -> output.values().stream().allMatch(Double::isFinite));
    }
}

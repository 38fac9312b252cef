package io.fleetfit.worker;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.fleetfit.onnx.GraphCosts;
import io.fleetfit.onnx.GraphCosts.Value;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.ModelRefused.Code;
import io.fleetfit.onnx.OnnxFile;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Loads and runs models with ONNX Runtime; only ever in a child process. */
final class ModelRunner {
    private static final int RUNS = 5;

    /** Sizes to try for dimensions that neither the graph nor a contract fixes, likely ones first. */
    private static final long[] OPEN_DIMENSIONS = {224, 64, 256, 32, 16, 1};

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();

    /** What running a model showed: how its open dimensions were filled, and the median time. */
    record Run(Map<String, List<Long>> shapes, double millis) {}

    /** Runs the model with inputs made up from its declared shapes. */
    Run run(Path file, @Nullable ModelContract contract) throws ModelRefused {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(file.toString(), options)) {
                return firstThatRuns(session, contract);
            }
        } catch (OrtException e) {
            throw refused(e);
        }
    }

    private Run firstThatRuns(OrtSession session, @Nullable ModelContract contract) throws OrtException, ModelRefused {
        OrtException last = null;
        for (long open : OPEN_DIMENSIONS) {
            Map<String, List<Long>> shapes = SampleInputs.shapes(session, contract, open);
            try {
                return new Run(shapes, median(session, shapes));
            } catch (OrtException e) {
                last = e;
                if (!SampleInputs.hasOpenDimensions(session, contract)) {
                    break;
                }
            }
        }
        throw refused(last == null ? new OrtException("there was nothing to try") : last);
    }

    private double median(OrtSession session, Map<String, List<Long>> shapes) throws OrtException {
        Map<String, OnnxTensor> inputs = SampleInputs.make(environment, session, shapes);
        try {
            double[] millis = new double[RUNS];
            for (int i = 0; i < RUNS; i++) {
                long start = System.nanoTime();
                session.run(inputs).close();
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
            Arrays.sort(millis);
            return millis[RUNS / 2];
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    /** Shapes of all values of the graph, by running it once with every value as an output. */
    Map<String, Value> values(ModelProto model, Map<String, List<Long>> shapes, Path scratch)
            throws IOException, ModelRefused {
        OnnxFile.write(withAllOutputs(model), scratch);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            try (OrtSession session = environment.createSession(scratch.toString(), options)) {
                return values(session, shapes);
            }
        } catch (OrtException e) {
            throw refused(e);
        } finally {
            Files.deleteIfExists(scratch);
        }
    }

    private Map<String, Value> values(OrtSession session, Map<String, List<Long>> shapes) throws OrtException {
        Map<String, OnnxTensor> inputs = SampleInputs.make(environment, session, shapes);
        Map<String, Value> values = new HashMap<>();
        try (OrtSession.Result result = session.run(inputs)) {
            inputs.forEach((name, tensor) -> note(values, name, tensor));
            for (Map.Entry<String, OnnxValue> output : result) {
                if (output.getValue() instanceof OnnxTensor tensor) {
                    note(values, output.getKey(), tensor);
                }
            }
        } finally {
            inputs.values().forEach(OnnxTensorLike::close);
        }
        return values;
    }

    private static void note(Map<String, Value> values, String name, OnnxTensor tensor) {
        TensorInfo info = tensor.getInfo();
        if (info.type != OnnxJavaType.STRING) {
            values.put(name, new Value(Arrays.stream(info.getShape()).boxed().toList(), info.type.size));
        }
    }

    private static ModelProto withAllOutputs(ModelProto model) {
        GraphProto graph = model.getGraph();
        Set<String> outputs = new HashSet<>();
        graph.getOutputList().forEach(output -> outputs.add(output.getName()));
        List<ValueInfoProto> more = new ArrayList<>();
        for (NodeProto node : graph.getNodeList()) {
            for (String output : node.getOutputList()) {
                if (!output.isEmpty() && outputs.add(output)) {
                    more.add(ValueInfoProto.newBuilder().setName(output).build());
                }
            }
        }
        return model.toBuilder().setGraph(graph.toBuilder().addAllOutput(more)).build();
    }

    /** Whether the inputs and outputs of a model are those of its contract. */
    static void requireContract(ModelProto model, ModelContract contract) throws ModelRefused {
        Set<String> initializers = new HashSet<>();
        model.getGraph().getInitializerList().forEach(tensor -> initializers.add(tensor.getName()));
        List<TensorSpec> inputs = GraphCosts.specs(model.getGraph().getInputList().stream()
                .filter(input -> !initializers.contains(input.getName()))
                .toList());
        require("input", contract.inputs(), inputs);
        require("output", contract.outputs(), GraphCosts.specs(model.getGraph().getOutputList()));
    }

    private static void require(String kind, List<TensorSpec> promised, List<TensorSpec> found) throws ModelRefused {
        for (TensorSpec spec : promised) {
            Optional<TensorSpec> same = found.stream()
                    .filter(other -> other.name().equals(spec.name()))
                    .findFirst();
            if (same.isEmpty()
                    || !same.get().type().equals(spec.type())
                    || !agree(same.get().shape(), spec.shape())) {
                throw new ModelRefused(
                        Code.CONTRACT,
                        "the contract promises the " + kind + " " + text(spec) + ", the file has "
                                + found.stream().map(ModelRunner::text).toList()
                                + "; export the model with the same " + kind + "s, or import it as another model");
            }
        }
        if (kind.equals("input") && promised.size() < found.size()) {
            throw new ModelRefused(
                    Code.CONTRACT,
                    "the file needs the inputs "
                            + found.stream().map(TensorSpec::name).toList() + ", the contract names only "
                            + promised.stream().map(TensorSpec::name).toList());
        }
    }

    private static boolean agree(List<Long> one, List<Long> other) {
        // Some exporters declare no shape at all.
        if (one.isEmpty() || other.isEmpty()) {
            return true;
        }
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (one.get(i) > 0 && other.get(i) > 0 && !one.get(i).equals(other.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static String text(TensorSpec spec) {
        return "'" + spec.name() + "' " + spec.type() + spec.shape();
    }

    static ModelRefused refused(OrtException e) {
        String message = String.valueOf(e.getMessage());
        String line = message.lines().findFirst().orElse(message);
        if (message.contains("bad_alloc") || message.contains("Failed to allocate memory")) {
            return new ModelRefused(
                    Code.TOO_MUCH_MEMORY, "ONNX Runtime could not get the memory that the model asks for: " + line, e);
        }
        return new ModelRefused(
                Code.RUNTIME_REJECTED,
                "ONNX Runtime " + environmentVersion() + " refuses the model: " + line
                        + "; check it with onnx.checker and the newest opset that this version knows",
                e);
    }

    private static String environmentVersion() {
        return OrtEnvironment.getEnvironment().getVersion();
    }
}

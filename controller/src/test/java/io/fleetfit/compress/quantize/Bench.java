package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.Target;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.worker.OrtGraphRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs passes on graphs and compares what the graphs compute. */
final class Bench {
    static final GraphRunner RUNNER = new OrtGraphRunner();

    final List<Finding> findings = new ArrayList<>();

    /** The graph after one pass with settings. */
    ModelProto apply(
            ModelProto model, String pass, Map<String, Object> settings, @Nullable Samples samples, Target target)
            throws ModelRefused {
        GraphEditor editor = new GraphEditor(model);
        PassCatalog.create(new PassSpec(pass, settings))
                .apply(editor, new PassContext(RUNNER, samples, target, findings::add));
        return editor.build();
    }

    ModelProto quantize(ModelProto model, Samples samples, Target target) throws ModelRefused {
        return apply(model, "quantize-static", Map.of(), samples, target);
    }

    /** Signal-to-noise ratio of the second graph's outputs in decibels. */
    static double decibels(ModelProto wanted, ModelProto got, Samples samples) throws ModelRefused {
        double signal = 0;
        double noise = 1e-30;
        try (GraphRunner.Loaded one = RUNNER.load(wanted, Set.of());
                GraphRunner.Loaded other = RUNNER.load(got, Set.of())) {
            for (Sample sample : samples) {
                Map<String, FloatTensor> expected = one.run(sample.inputs());
                Map<String, FloatTensor> actual = other.run(sample.inputs());
                for (Map.Entry<String, FloatTensor> output : expected.entrySet()) {
                    float[] x = output.getValue().data();
                    float[] y =
                            Objects.requireNonNull(actual.get(output.getKey())).data();
                    for (int i = 0; i < x.length; i++) {
                        signal += (double) x[i] * x[i];
                        noise += ((double) y[i] - x[i]) * ((double) y[i] - x[i]);
                    }
                }
            }
        }
        return 10 * Math.log10(signal / noise);
    }

    static long count(ModelProto model, String operator) {
        return model.getGraph().getNodeList().stream()
                .filter(node -> node.getOpType().equals(operator))
                .count();
    }

    static TensorProto initializer(ModelProto model, String name) {
        return model.getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no initializer " + name));
    }

    static NodeProto maker(ModelProto model, String value) {
        return model.getGraph().getNodeList().stream()
                .filter(node -> node.getOutputList().contains(value))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing makes " + value));
    }

    /** Operators that ONNX Runtime runs after its own optimisation, with their number. */
    static Map<String, Integer> kernels(ModelProto model, Path scratch) throws OrtException, IOException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
            options.setOptimizedModelFilePath(scratch.toString());
            OrtEnvironment.getEnvironment()
                    .createSession(model.toByteArray(), options)
                    .close();
        }
        Map<String, Integer> kernels = new TreeMap<>();
        ModelProto.parseFrom(Files.readAllBytes(scratch))
                .getGraph()
                .getNodeList()
                .forEach(node -> kernels.merge(node.getOpType(), 1, Integer::sum));
        return kernels;
    }
}

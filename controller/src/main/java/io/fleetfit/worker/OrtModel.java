package io.fleetfit.worker;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ExecutionSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model loaded as devices load it: with ONNX Runtime's own optimisations and the variant's settings, on the CPU. */
final class OrtModel implements AutoCloseable {
    private final OrtSession session;
    private final Map<String, OnnxJavaType> types = new HashMap<>();

    private OrtModel(OrtSession session) throws OrtException {
        this.session = session;
        session.getInputInfo().forEach((name, node) -> {
            if (node.getInfo() instanceof TensorInfo info) {
                types.put(name, info.type);
            }
        });
    }

    /**
     * Loads a file.
     *
     * @param threads intra-op threads; absent for the settings' or else the runtime's own choice
     */
    static OrtModel load(Path file, ExecutionSettings settings, @Nullable Integer threads) throws ModelRefused {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            Integer wish = threads == null ? settings.threads() : threads;
            if (wish != null) {
                options.setIntraOpNumThreads(wish);
            }
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            for (Map.Entry<String, String> entry : settings.sessionConfig().entrySet()) {
                options.addConfigEntry(entry.getKey(), entry.getValue());
            }
            return new OrtModel(OrtEnvironment.getEnvironment().createSession(file.toString(), options));
        } catch (OrtException e) {
            throw ModelRunner.refused(e);
        }
    }

    OrtSession session() {
        return session;
    }

    OnnxJavaType type(String input) {
        return types.getOrDefault(input, OnnxJavaType.FLOAT);
    }

    /** Runs once; the outputs that are numbers. */
    Map<String, FloatTensor> run(Map<String, FloatTensor> inputs) throws ModelRefused {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try {
            for (Map.Entry<String, FloatTensor> input : inputs.entrySet()) {
                tensors.put(
                        input.getKey(),
                        OrtGraphRunner.Numbers.tensor(
                                OrtEnvironment.getEnvironment(), input.getValue(), type(input.getKey())));
            }
            try (OrtSession.Result result = session.run(tensors)) {
                Map<String, FloatTensor> values = new LinkedHashMap<>();
                for (Map.Entry<String, OnnxValue> value : result) {
                    if (value.getValue() instanceof OnnxTensor tensor && tensor.getInfo().type != OnnxJavaType.STRING) {
                        values.put(value.getKey(), OrtGraphRunner.Numbers.floats(tensor));
                    }
                }
                return values;
            }
        } catch (OrtException e) {
            throw ModelRunner.refused(e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("a session could not be closed", e);
        }
    }
}

package io.fleetfit.agent.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ExecutionSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Loads models with ONNX Runtime, whose native library comes into memory with the first one. */
public final class OrtEngine implements InferenceEngine {
    /** Newest opset of the default domain that this line of ONNX Runtime loads. */
    public static final int MAX_OPSET = 23;

    /** Version of ONNX Runtime that this agent is built with. */
    public static final String VERSION = "1.29.0";

    private static final String SPINNING = "session.intra_op.allow_spinning";
    private static final String EXACT_PRODUCTS = "session.x64quantprecision";

    /** Execution providers of the native library; loads it. */
    public static List<String> availableProviders() {
        return OrtEnvironment.getAvailableProviders().stream()
                .map(OrtProvider::getName)
                .toList();
    }

    @Override
    public void warmUp() {
        List<String> unused = availableProviders();
    }

    @Override
    public LoadedModel load(Path file, ExecutionSettings settings) throws UpdateFailure {
        int threads = threads(settings);
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            environment.setTelemetry(false);
            requireProvider(settings);
            try (OrtSession.SessionOptions options = options(settings, threads)) {
                OrtSession session = environment.createSession(file.toString(), options);
                return OrtModel.of(environment, session, threads);
            }
        } catch (OrtException e) {
            throw UpdateFailure.of(ErrorCode.RUNTIME_LOAD, "ONNX Runtime refused the model: " + e.getMessage(), e);
        }
    }

    private static int threads(ExecutionSettings settings) {
        Integer wished = settings.threads();
        return wished != null && wished > 0 ? wished : Runtime.getRuntime().availableProcessors();
    }

    private static void requireProvider(ExecutionSettings settings) throws UpdateFailure {
        List<String> available = availableProviders();
        if (!available.contains(settings.provider())) {
            throw UpdateFailure.of(
                    ErrorCode.RUNTIME_PROVIDER,
                    "execution provider " + settings.provider() + " is not in this ONNX Runtime; there are "
                            + available);
        }
    }

    /**
     * Threads do not spin while they wait: a board has other work, and spinning triples latencies when it does. What the
     * settings say of a session wins over these defaults.
     */
    private static OrtSession.SessionOptions options(ExecutionSettings settings, int threads) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(level(settings));
        options.addConfigEntry(SPINNING, "0");
        if (CpuHints.productsSaturate() && !settings.sessionConfig().containsKey(EXACT_PRODUCTS)) {
            options.addConfigEntry(EXACT_PRODUCTS, "1");
        }
        addProvider(options, settings.provider());
        for (Map.Entry<String, String> entry : settings.sessionConfig().entrySet()) {
            options.addConfigEntry(entry.getKey(), entry.getValue());
        }
        return options;
    }

    private static OrtSession.SessionOptions.OptLevel level(ExecutionSettings settings) {
        ExecutionSettings.Optimization wished = settings.optimization();
        return switch (wished == null ? ExecutionSettings.Optimization.ALL : wished) {
            case DISABLED -> OrtSession.SessionOptions.OptLevel.NO_OPT;
            case BASIC -> OrtSession.SessionOptions.OptLevel.BASIC_OPT;
            case EXTENDED -> OrtSession.SessionOptions.OptLevel.EXTENDED_OPT;
            case ALL -> OrtSession.SessionOptions.OptLevel.ALL_OPT;
        };
    }

    /** What a provider cannot run, ONNX Runtime runs on the CPU. */
    private static void addProvider(OrtSession.SessionOptions options, String provider) throws OrtException {
        switch (provider) {
            case ExecutionSettings.CPU -> {} // always there
            case "CUDAExecutionProvider" -> options.addCUDA(0);
            case "TensorrtExecutionProvider" -> options.addTensorrt(0);
            case "XnnpackExecutionProvider" -> options.addXnnpack(Map.of());
            case "NnapiExecutionProvider" -> options.addNnapi();
            case "QNNExecutionProvider" -> options.addQnn(Map.of());
            case "ACLExecutionProvider" -> options.addACL(true);
            case "OpenVINOExecutionProvider" -> options.addOpenVINO("");
            default -> throw new OrtException("the agent knows no execution provider " + provider);
        }
    }
}

package io.fleetfit.protocol;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a variant is run.
 *
 * @param provider ONNX Runtime's name of the execution provider
 * @param threads intra-op threads; absent leaves the choice to the device
 * @param sessionConfig ONNX Runtime session configuration entries, for example {@code session.disable_quant_qdq → 1}
 */
public record ExecutionSettings(String provider, @Nullable Integer threads, Map<String, String> sessionConfig) {
    /** The provider that every build of ONNX Runtime has. */
    public static final String CPU = "CPUExecutionProvider";

    public ExecutionSettings {
        sessionConfig = Map.copyOf(sessionConfig);
    }

    /** The CPU with the device's own choice of threads. */
    public static ExecutionSettings cpu() {
        return new ExecutionSettings(CPU, null, Map.of());
    }
}

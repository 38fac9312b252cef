package io.fleetfit.protocol;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a variant is run.
 *
 * @param provider ONNX Runtime's name of the execution provider
 * @param threads intra-op threads; absent leaves the choice to the device
 * @param sessionConfig ONNX Runtime session configuration entries, for example {@code session.disable_quant_qdq → 1}
 * @param optimization how far ONNX Runtime rewrites the graph when it loads it; absent is {@code ALL}
 */
public record ExecutionSettings(
        String provider,
        @Nullable Integer threads,
        Map<String, String> sessionConfig,
        @Nullable Optimization optimization) {

    /** How far ONNX Runtime rewrites a graph. */
    public enum Optimization {
        /** Not at all. */
        DISABLED,
        /** Rewrites that hold on every device. */
        BASIC,
        /** Fused operators of the provider as well. */
        EXTENDED,
        /** Memory layouts of this CPU as well. */
        ALL
    }

    /** The provider that every build of ONNX Runtime has. */
    public static final String CPU = "CPUExecutionProvider";

    public ExecutionSettings {
        sessionConfig = Map.copyOf(sessionConfig);
    }

    /** With all rewrites. */
    public ExecutionSettings(String provider, @Nullable Integer threads, Map<String, String> sessionConfig) {
        this(provider, threads, sessionConfig, null);
    }

    /** The CPU with the device's own choice of threads. */
    public static ExecutionSettings cpu() {
        return new ExecutionSettings(CPU, null, Map.of());
    }
}

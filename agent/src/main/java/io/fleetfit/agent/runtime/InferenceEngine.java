package io.fleetfit.agent.runtime;

import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.ExecutionSettings;
import java.nio.file.Path;

/** Port: what loads model files. */
public interface InferenceEngine {
    /**
     * Loads a model.
     *
     * @throws UpdateFailure {@code RUNTIME_LOAD} or {@code RUNTIME_PROVIDER}
     */
    LoadedModel load(Path file, ExecutionSettings settings) throws UpdateFailure;

    /** Loads what every model needs, if it is not loaded yet. */
    default void warmUp() {}
}

package io.fleetfit.agent.runtime;

import io.fleetfit.protocol.TensorSpec;
import java.util.List;

/** A model in memory. Frames may be borrowed and run by many threads at once; closing waits for nobody. */
public interface LoadedModel extends AutoCloseable {
    /** Inputs in the graph's order. */
    List<TensorSpec> inputs();

    /** Outputs in the graph's order. */
    List<TensorSpec> outputs();

    /** Threads that one inference uses. */
    int threads();

    /**
     * Buffers for one inference with inputs of these shapes, in the order of {@link #inputs}.
     *
     * @throws InferenceException a shape does not fit the model
     */
    Frame borrow(List<long[]> shapes) throws InferenceException;

    /** Stops what runs, from another thread; it fails. */
    void terminate();

    /** Frees everything; nothing may run and no frame may be out. */
    @Override
    void close();
}

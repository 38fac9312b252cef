package io.fleetfit.compress;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Port: runs graphs, for passes that need to see activations. */
public interface GraphRunner {
    /**
     * Loads a graph as it stands: nothing is fused away, so that every value of it can be seen.
     *
     * @param observed values inside the graph to give out beside its outputs
     * @throws ModelRefused if the runtime refuses the graph
     */
    Loaded load(ModelProto model, Set<String> observed) throws ModelRefused;

    /**
     * Types of the inputs and of what the nodes make, as far as they follow from the graph; nothing is run. A runner that
     * cannot tell gives nothing, and passes then take the form that is right for every type and shape.
     *
     * @throws ModelRefused if the runtime refuses the graph
     */
    default Map<String, ValueType> types(ModelProto model) throws ModelRefused {
        return Map.of();
    }

    /**
     * The outputs of a graph without inputs, exactly, in the types that they have. A runner that cannot tell gives nothing.
     *
     * @throws ModelRefused if the runtime refuses the graph or the run fails
     */
    default List<TensorProto> evaluate(ModelProto model) throws ModelRefused {
        return List.of();
    }

    /** A loaded graph. For one thread at a time. */
    interface Loaded extends AutoCloseable {
        /**
         * Runs once.
         *
         * @param inputs a tensor for every input; converted to the declared type
         * @return the graph's outputs and the observed values that are numbers
         * @throws ModelRefused if the run fails
         */
        Map<String, FloatTensor> run(Map<String, FloatTensor> inputs) throws ModelRefused;

        /**
         * Runs once and shows the values one by one, so that the caller need not hold all of them.
         *
         * @param inputs a tensor for every input; converted to the declared type
         * @param visitor sees the graph's outputs and the observed values that are numbers
         * @throws ModelRefused if the run fails, or the visitor refuses
         */
        default void run(Map<String, FloatTensor> inputs, Visitor visitor) throws ModelRefused {
            for (Map.Entry<String, FloatTensor> value : run(inputs).entrySet()) {
                visitor.see(value.getKey(), value.getValue());
            }
        }

        @Override
        void close();
    }

    /** Sees the values of a run. */
    @FunctionalInterface
    interface Visitor {
        /** Called once a value; what it does not keep is gone. */
        void see(String name, FloatTensor value) throws ModelRefused;
    }
}

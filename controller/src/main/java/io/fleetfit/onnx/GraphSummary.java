package io.fleetfit.onnx;

import io.fleetfit.protocol.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the static analysis of an ONNX graph found.
 *
 * @param opsets version of each operator domain; the default domain is the empty string
 * @param operators names of the operators used, with {@code domain.} in front outside the default domain
 * @param inputs typed inputs, without initializers
 * @param outputs typed outputs
 * @param parameters number of weight elements
 * @param weightBytes bytes that the weights take as stored
 * @param runtimeWeightBytes bytes that the weights take once loaded with the variant's execution settings
 * @param macs multiply-accumulate operations of one inference by operator class
 * @param peakActivationBytes largest sum of live activations in execution order, for batch 1
 * @param activationBytes all activations written in one inference, a measure of memory traffic
 * @param layers number of nodes that compute
 * @param estimated whether a dimension was open or a shape unknown, so that the figures are estimates
 * @param kernels what is left after a runtime's fusions; absent in summaries of older controllers
 */
public record GraphSummary(
        Map<String, Integer> opsets,
        Set<String> operators,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        long parameters,
        long weightBytes,
        long runtimeWeightBytes,
        Map<OperatorClass, Long> macs,
        long peakActivationBytes,
        long activationBytes,
        int layers,
        boolean estimated,
        @Nullable KernelCounts kernels) {

    /** Kinds of computation that cost differently a multiply-accumulate. */
    public enum OperatorClass {
        /** 1×1 convolution. */
        CONV_POINTWISE,
        /** K×K convolution with one group. */
        CONV_SPATIAL,
        /** Convolution whose groups have one input channel each. */
        CONV_DEPTHWISE,
        /** Convolution with other groups. */
        CONV_GROUPED,
        /** Matrix products. */
        GEMM,
        /** Recurrent cells. */
        RECURRENT
    }

    /** A summary that does not say what fusions leave. */
    public GraphSummary(
            Map<String, Integer> opsets,
            Set<String> operators,
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            long parameters,
            long weightBytes,
            long runtimeWeightBytes,
            Map<OperatorClass, Long> macs,
            long peakActivationBytes,
            long activationBytes,
            int layers,
            boolean estimated) {
        this(
                opsets,
                operators,
                inputs,
                outputs,
                parameters,
                weightBytes,
                runtimeWeightBytes,
                macs,
                peakActivationBytes,
                activationBytes,
                layers,
                estimated,
                null);
    }

    public GraphSummary {
        opsets = Map.copyOf(opsets);
        operators = Set.copyOf(operators);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        macs = Map.copyOf(macs);
    }

    /** Multiply-accumulate operations of all classes. */
    public long totalMacs() {
        return macs.values().stream().mapToLong(Long::longValue).sum();
    }
}

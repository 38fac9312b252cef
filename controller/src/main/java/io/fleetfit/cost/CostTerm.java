package io.fleetfit.cost;

import io.fleetfit.onnx.GraphSummary.OperatorClass;
import org.jspecify.annotations.Nullable;

/**
 * What an inference spends time on. The latency model adds up units of work times the time that one unit takes; it splits
 * graphs as nn-Meter (Zhang et al., MobiSys 2021, section 4) found to decide, a fused kernel at a time.
 */
public enum CostTerm {
    /** Multiply-accumulates of 1×1 convolutions. */
    POINTWISE(OperatorClass.CONV_POINTWISE),
    /** Multiply-accumulates of K×K convolutions. */
    SPATIAL(OperatorClass.CONV_SPATIAL),
    /** Multiply-accumulates of depthwise convolutions. */
    DEPTHWISE(OperatorClass.CONV_DEPTHWISE),
    /** Multiply-accumulates of convolutions with other groups. */
    GROUPED(OperatorClass.CONV_GROUPED),
    /** Multiply-accumulates of matrix products. */
    GEMM(OperatorClass.GEMM),
    /** Multiply-accumulates of recurrent cells. */
    RECURRENT(OperatorClass.RECURRENT),
    /** Activation elements read and written by kernels. */
    TRAFFIC(null),
    /** Activation elements made by operators that compute no products and follow no convolution that takes them in. */
    ELEMENTWISE(null),
    /** Weight elements read. */
    WEIGHTS(null),
    /** Kernels that compute products: convolutions with what is fused into them, and matrix products. */
    KERNELS(null),
    /** All other kernels. */
    OTHER_KERNELS(null);

    /** Number of terms. */
    static final int COUNT = values().length;

    private final @Nullable OperatorClass operators;

    CostTerm(@Nullable OperatorClass operators) {
        this.operators = operators;
    }

    /** The operators whose multiply-accumulates this counts; null for the other terms. */
    @Nullable
    OperatorClass operators() {
        return operators;
    }
}

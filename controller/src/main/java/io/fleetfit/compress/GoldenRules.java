package io.fleetfit.compress;

import java.util.Set;

/** For which variants golden outputs mean something, and how far a device may be off. */
public final class GoldenRules {
    /** Operators that draw lots, or whose output jumps when a number changes in its last place. */
    private static final Set<String> UNREPEATABLE = Set.of(
            "RandomNormal",
            "RandomNormalLike",
            "RandomUniform",
            "RandomUniformLike",
            "Multinomial",
            "Bernoulli",
            "NonMaxSuppression",
            "NonZero",
            "Unique",
            "Compress",
            "TopK");

    private static final Set<String> QUANTIZED = Set.of(
            "QuantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger");

    /** Another order of the same sums; a hundred times what deep networks show between x86-64 and Arm. */
    private static final double FLOATS = 2e-3;

    /** Sums of 16 bits lose three digits. */
    private static final double HALVES = 2e-2;

    /** A rounding that falls the other way moves by a step of 1/255, and a few of them add up. */
    private static final double STEPS = 0.1;

    private GoldenRules() {}

    /** Whether the same input gives about the same output on every device. */
    static boolean isRepeatable(Set<String> operators) {
        return operators.stream().noneMatch(UNREPEATABLE::contains);
    }

    /** Part of the greatest magnitude of an output by which a device may differ. */
    static double tolerance(Set<String> operators, String precision) {
        if (operators.stream().anyMatch(QUANTIZED::contains)) {
            return STEPS;
        }
        return precision.equals("fp16") ? HALVES : FLOATS;
    }
}

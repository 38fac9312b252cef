package io.fleetfit.compress.quantize;

import java.util.List;
import java.util.Optional;

/**
 * A node that can compute on integers, with what quantization has to know of it.
 *
 * @param node its index
 * @param title its name for people
 * @param operator its type
 * @param activations values that it reads, without constants; the first is the one whose range a carrying node keeps
 * @param weights what it multiplies with; absent for nodes without weights
 * @param clamp a Relu or Clip behind it that alone reads its output
 * @param outputs what it makes, or what the clamp behind it makes of that
 */
record Unit(
        int node,
        String title,
        String operator,
        OperatorRole role,
        List<String> activations,
        Optional<WeightSpec> weights,
        Optional<Clamp> clamp,
        List<String> outputs) {
    Unit {
        activations = List.copyOf(activations);
        outputs = List.copyOf(outputs);
    }

    /** Whether ONNX Runtime's kernel can give out floats, so that nothing is rounded behind it. */
    boolean canEndInFloat() {
        return operator.equals("Gemm") || operator.equals("MatMul");
    }

    /** Whether it computes; the others move numbers. */
    boolean computes() {
        return role != OperatorRole.CARRYING;
    }

    /**
     * The weights of a node.
     *
     * @param name of the initializer
     * @param axis of the output channels; -1 if one scale must serve all
     * @param bias name of the initializer; empty if there is none
     * @param channels number of output channels
     * @param factor that the product is multiplied with before the bias is added
     */
    record WeightSpec(String name, int axis, Optional<String> bias, int channels, double factor) {}
}

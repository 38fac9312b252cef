package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.fleetfit.compress.Target;

/**
 * The 8-bit numbers that a target's kernels take.
 *
 * @param signed whether activations are signed
 * @param symmetric whether the zero point of activations is 0
 * @param weightLimit largest magnitude of a weight: 127, or 63 where sums of two products must fit 16 bits
 */
public record NumberForm(boolean signed, boolean symmetric, int weightLimit) {
    private static final int EIGHT_BITS = 127;
    private static final int SEVEN_BITS = 63;

    /** The form of a target. {@link Target#ANY} has unsigned activations, and weights that saturate nowhere. */
    public static NumberForm of(Target target) {
        return switch (target) {
            case ANY, X86 -> new NumberForm(false, false, SEVEN_BITS);
            case X86_VNNI -> new NumberForm(false, false, EIGHT_BITS);
            case ARM -> new NumberForm(true, false, EIGHT_BITS);
            case SYMMETRIC -> new NumberForm(true, true, EIGHT_BITS);
        };
    }

    /** The same with weights of 7 or 8 bits. */
    public NumberForm withWeightBits(int bits) {
        return new NumberForm(signed, symmetric, (1 << (bits - 1)) - 1);
    }

    DataType type() {
        return signed ? DataType.INT8 : DataType.UINT8;
    }

    int least() {
        return signed ? -128 : 0;
    }

    int most() {
        return signed ? 127 : 255;
    }
}

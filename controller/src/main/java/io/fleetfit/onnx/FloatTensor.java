package io.fleetfit.onnx;

import java.util.Arrays;

/**
 * Values of a tensor as 32-bit floats, whatever type the model declares for it; row-major.
 *
 * @param shape sizes of the dimensions; empty for a scalar
 * @param data the elements, not copied
 */
@SuppressWarnings("ArrayRecordComponent") // millions of numbers; nobody compares tensors with equals
public record FloatTensor(long[] shape, float[] data) {
    public FloatTensor {
        long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        if (elements != data.length) {
            throw new IllegalArgumentException("a tensor of shape " + Arrays.toString(shape) + " has " + elements
                    + " elements, not " + data.length);
        }
    }
}

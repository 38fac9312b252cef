package io.fleetfit.onnx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a value before the graph runs.
 *
 * @param elementType number of its {@code TensorProto.DataType}
 * @param shape sizes of the dimensions, −1 for an open one; absent if not even the rank is known
 */
public record ValueType(int elementType, @Nullable List<Long> shape) {
    public ValueType {
        shape = shape == null ? null : List.copyOf(shape);
    }
}

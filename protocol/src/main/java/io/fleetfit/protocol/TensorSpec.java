package io.fleetfit.protocol;

import java.util.List;

/**
 * Name, element type and shape of one input or output of a model.
 *
 * @param name as in the graph
 * @param type Open Inference Protocol v2 datatype: {@code FP32}, {@code FP16}, {@code INT64}, {@code UINT8}, {@code BOOL}, …
 * @param shape dimensions; {@code -1} where the graph leaves one open
 */
public record TensorSpec(String name, String type, List<Long> shape) {
    public TensorSpec {
        shape = List.copyOf(shape);
    }
}

package io.fleetfit.dataset;

import io.fleetfit.onnx.FloatTensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One input of a model with what is known to be right for it.
 *
 * @param id names it within its data set
 * @param inputs a tensor for every input of the model, preprocessed, batch dimension 1
 * @param truth what a perfect model would answer; absent in a set without labels
 */
public record Sample(
        String id,
        Map<String, FloatTensor> inputs,
        @Nullable Truth truth) {
    public Sample {
        inputs = Map.copyOf(inputs);
    }
}

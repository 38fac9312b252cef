package io.fleetfit.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model promises to whoever calls it; the same for all versions and variants.
 *
 * @param task kind of task
 * @param inputs typed inputs
 * @param outputs typed outputs
 * @param image how a picture becomes the first input; absent for raw tensors
 * @param softmax whether the first output still needs a softmax to be a probability (classification)
 * @param labels name of each class in output order (classification); empty where classes have no names
 * @param qualityMetric name of the figure that says how good a variant is, for example {@code top1}
 */
public record ModelContract(
        Task task,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        @Nullable ImageInput image,
        boolean softmax,
        List<String> labels,
        String qualityMetric) {

    /** Kind of task. */
    public enum Task {
        CLASSIFICATION,
        DETECTION,
        EMBEDDING,
        TENSOR
    }

    public ModelContract {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        labels = List.copyOf(labels);
    }
}

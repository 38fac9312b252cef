package io.fleetfit.compress;

import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.ModelRefused;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a pass may use beside the graph.
 *
 * @param runner runs graphs
 * @param calibration inputs as they come in practice; absent if the recipe is made without a data set
 * @param target what the variant is made for
 * @param findings where to tell what was left as it was
 */
public record PassContext(
        GraphRunner runner, @Nullable Samples calibration, Target target, Consumer<Finding> findings) {
    /**
     * The calibration set.
     *
     * @throws ModelRefused if there is none
     */
    public Samples requireCalibration(String pass) throws ModelRefused {
        if (calibration == null) {
            throw new ModelRefused(
                    ModelRefused.Code.NEEDS_DATA,
                    "the pass '" + pass + "' looks at activations; name a data set with --calibration");
        }
        return calibration;
    }
}

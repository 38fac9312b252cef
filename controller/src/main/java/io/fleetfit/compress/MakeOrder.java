package io.fleetfit.compress;

import io.fleetfit.dataset.SampleSource;
import io.fleetfit.protocol.ModelContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A variant to be made.
 *
 * @param recipe how
 * @param onnx from which file
 * @param contract what the model promises; absent if nothing is promised yet
 * @param calibration inputs as they come in practice; absent if the recipe needs none
 * @param target where the new file shall lie; not there after a failure
 */
public record MakeOrder(
        Recipe recipe,
        Path onnx,
        @Nullable ModelContract contract,
        @Nullable SampleSource calibration,
        Path target) {}

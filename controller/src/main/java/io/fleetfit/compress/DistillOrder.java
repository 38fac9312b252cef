package io.fleetfit.compress;

import io.fleetfit.dataset.SampleSource;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ModelContract;
import java.nio.file.Path;

/**
 * Soft outputs of a teacher to be written down, for training elsewhere.
 *
 * @param teacher file of the model
 * @param settings how it is run
 * @param contract what it promises
 * @param samples what it is asked
 * @param target where the NumPy archive ({@code .npz}) shall lie; not there after a failure
 */
public record DistillOrder(
        Path teacher, ExecutionSettings settings, ModelContract contract, SampleSource samples, Path target) {}

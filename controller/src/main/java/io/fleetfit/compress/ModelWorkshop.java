package io.fleetfit.compress;

import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.EvaluationOrder;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.ModelContract;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Port: checks model files, makes variants of them and compares variants. Safe against any file; takes seconds to minutes. */
public interface ModelWorkshop {
    /**
     * Parses, loads and runs a model once.
     *
     * @param contract what the model promises; absent if nothing is promised yet
     * @throws ModelRefused if it cannot be used or does not keep the contract
     */
    CheckReport check(Path onnx, @Nullable ModelContract contract) throws ModelRefused;

    /**
     * Makes a variant. The same recipe on the same file with the same samples gives the same bytes.
     *
     * @throws ModelRefused if the recipe cannot be right on this model, or its result cannot be used
     */
    Made make(MakeOrder order) throws ModelRefused;

    /**
     * Runs a variant and its parent on the same samples and compares them.
     *
     * @throws ModelRefused if the samples do not fit the model, an output is not finite, or one of the two cannot be run
     * @throws io.fleetfit.registry.Invalid if the contract's quality metric cannot be measured
     */
    Evaluation evaluate(EvaluationOrder order) throws ModelRefused;

    /**
     * Writes a teacher's soft outputs on samples as a NumPy archive.
     *
     * @throws ModelRefused if it cannot be run, or the samples do not fit the contract
     */
    Distilled distill(DistillOrder order) throws ModelRefused;

    /**
     * Runs a variant on golden inputs.
     *
     * @param settings of the variant
     * @param relative tolerance that devices get
     * @return empty if it has inputs without golden values, or answers what is not finite
     * @throws ModelRefused if it does not run
     */
    Optional<Golden> golden(Path onnx, ModelContract contract, ExecutionSettings settings, double relative)
            throws ModelRefused;
}

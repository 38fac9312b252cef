package io.fleetfit.compress;

import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.EvaluationOrder;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ModelContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Port: checks model files and makes variants of them. Safe against any file; takes seconds to minutes. */
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
     * Evaluates a variant beside its parent.
     *
     * @throws ModelRefused if one of them cannot be run, or the samples do not fit the contract
     */
    Evaluation evaluate(EvaluationOrder order) throws ModelRefused;
}

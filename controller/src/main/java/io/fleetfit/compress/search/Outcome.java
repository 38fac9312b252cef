package io.fleetfit.compress.search;

import io.fleetfit.compress.Made;
import io.fleetfit.compress.evaluate.Evaluation;
import org.jspecify.annotations.Nullable;

/**
 * How a step ended: one of the three.
 *
 * @param key of the step
 * @param made the candidate, whose file is a blob
 * @param evaluation of the candidate
 * @param problem why there is neither, for people
 * @param seconds how long it took
 */
public record Outcome(
        String key,
        @Nullable Made made,
        @Nullable Evaluation evaluation,
        @Nullable String problem,
        double seconds) {
    /** A step that failed for a reason that lies in the model or the recipe. */
    public static Outcome failed(Step step, String problem, double seconds) {
        return new Outcome(step.key(), null, null, problem, seconds);
    }
}

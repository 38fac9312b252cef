package io.fleetfit.worker;

import io.fleetfit.compress.CheckReport;
import io.fleetfit.compress.Distilled;
import io.fleetfit.compress.Made;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.dataset.DataSetFacts;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Golden;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a child writes: one of these, or none where no golden outputs can be made.
 *
 * @param report of a check
 * @param made by a recipe
 * @param evaluation of a variant
 * @param facts of a data set
 * @param distilled outputs of a teacher
 * @param refusal of the model or data set
 * @param golden inputs and outputs
 */
record WorkerAnswer(
        @Nullable CheckReport report,
        @Nullable Made made,
        @Nullable Evaluation evaluation,
        @Nullable DataSetFacts facts,
        @Nullable Distilled distilled,
        @Nullable Refusal refusal,
        @Nullable Golden golden) {
    /** A {@link ModelRefused} as data. */
    record Refusal(ModelRefused.Code code, String message) {}

    static WorkerAnswer of(CheckReport report) {
        return new WorkerAnswer(report, null, null, null, null, null, null);
    }

    static WorkerAnswer of(Made made) {
        return new WorkerAnswer(null, made, null, null, null, null, null);
    }

    static WorkerAnswer of(Evaluation evaluation) {
        return new WorkerAnswer(null, null, evaluation, null, null, null, null);
    }

    static WorkerAnswer of(DataSetFacts facts) {
        return new WorkerAnswer(null, null, null, facts, null, null, null);
    }

    static WorkerAnswer of(Distilled distilled) {
        return new WorkerAnswer(null, null, null, null, distilled, null, null);
    }

    static WorkerAnswer of(Optional<Golden> golden) {
        return new WorkerAnswer(null, null, null, null, null, null, golden.orElse(null));
    }

    static WorkerAnswer of(ModelRefused refused) {
        return new WorkerAnswer(
                null, null, null, null, null, new Refusal(refused.code(), String.valueOf(refused.getMessage())), null);
    }
}

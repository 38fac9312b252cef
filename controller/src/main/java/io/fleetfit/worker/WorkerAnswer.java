package io.fleetfit.worker;

import io.fleetfit.compress.CheckReport;
import io.fleetfit.compress.Made;
import io.fleetfit.onnx.ModelRefused;
import org.jspecify.annotations.Nullable;

/**
 * What a child writes: one of the three.
 *
 * @param report of a check
 * @param made by a recipe
 * @param refusal of the model
 */
record WorkerAnswer(
        @Nullable CheckReport report,
        @Nullable Made made,
        @Nullable Refusal refusal) {
    /** A {@link ModelRefused} as data. */
    record Refusal(ModelRefused.Code code, String message) {}

    static WorkerAnswer of(CheckReport report) {
        return new WorkerAnswer(report, null, null);
    }

    static WorkerAnswer of(Made made) {
        return new WorkerAnswer(null, made, null);
    }

    static WorkerAnswer of(ModelRefused refused) {
        return new WorkerAnswer(null, null, new Refusal(refused.code(), String.valueOf(refused.getMessage())));
    }
}

package io.fleetfit.compress;

import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A variant that a recipe made; its file lies where the caller wanted it.
 *
 * @param digest of the file
 * @param size of the file in bytes
 * @param passes the passes that ran, in order, each with its settings
 * @param precision of the weights, for example {@code fp16-storage}
 * @param settings how it must be run
 * @param summary static analysis
 * @param findings what passes left as it was
 * @param calibration digest of the samples whose activations passes looked at; absent if there were none
 */
public record Made(
        Digest digest,
        long size,
        List<String> passes,
        String precision,
        ExecutionSettings settings,
        GraphSummary summary,
        List<Finding> findings,
        @Nullable Digest calibration) {
    public Made {
        passes = List.copyOf(passes);
        findings = List.copyOf(findings);
    }
}

package io.fleetfit.compress.evaluate;

import io.fleetfit.dataset.SampleSource;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ModelContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A variant to be evaluated against its parent.
 *
 * @param parent file of the parent
 * @param variant file of the variant
 * @param settings how the variant is run
 * @param contract what both promise
 * @param validation samples
 * @param parentAnswers where the parent's answers are kept between evaluations on the same samples; written if not there
 * @param latencyThreads measure latency with so many threads; absent to measure none
 */
public record EvaluationOrder(
        Path parent,
        Path variant,
        ExecutionSettings settings,
        ModelContract contract,
        SampleSource validation,
        Path parentAnswers,
        @Nullable Integer latencyThreads) {}

package io.fleetfit.compress.search;

import io.fleetfit.compress.JobContext;
import io.fleetfit.compress.Made;
import io.fleetfit.compress.MakeOrder;
import io.fleetfit.compress.ModelWorkshop;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.EvaluationOrder;
import io.fleetfit.dataset.SampleSource;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.BlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Does single steps of a search in child processes. For several threads. */
final class StepRunner {
    /** Enough to see whether inputs matter to latency; the runs are what counts. */
    private static final int SAMPLES_TO_MEASURE = 8;

    private static final int THREADS_TO_MEASURE = 1;

    private final ModelWorkshop workshop;
    private final BlobStore blobs;
    private final SampleChoices choices;
    private final SearchOrder order;
    private final ModelContract contract;
    private final JobContext context;
    private final Map<String, Made> made = new ConcurrentHashMap<>();
    private final Map<Path, Object> answerLocks = new ConcurrentHashMap<>();

    StepRunner(
            ModelWorkshop workshop,
            BlobStore blobs,
            SampleChoices choices,
            SearchOrder order,
            ModelContract contract,
            JobContext context) {
        this.workshop = workshop;
        this.blobs = blobs;
        this.choices = choices;
        this.order = order;
        this.contract = contract;
        this.context = context;
    }

    /** Takes over a candidate that was made before a restart; false if its file is lost. */
    boolean recall(Outcome outcome) {
        Made before = outcome.made();
        if (before == null) {
            return true;
        }
        context.hold(before.digest());
        if (!blobs.contains(before.digest())) {
            return false;
        }
        made.put(candidate(outcome.key()), before);
        return true;
    }

    /** Steps of one candidate share what stands between kind and number of samples. */
    private static String candidate(String key) {
        return key.substring(key.indexOf(':') + 1, key.lastIndexOf(':'));
    }

    /**
     * Runs the parent beside itself on some samples: samples that do not fit the model are found before any work is done.
     */
    void checkSamples(int samples) throws ModelRefused, IOException {
        evaluate(blobs.file(order.source()), ExecutionSettings.cpu(), samples, null);
        DataChoice calibration = order.calibration();
        if (calibration != null) {
            SampleSource source = choices.source(calibration, 1);
            EvaluationOrder look = new EvaluationOrder(
                    blobs.file(order.source()),
                    blobs.file(order.source()),
                    ExecutionSettings.cpu(),
                    contract,
                    source,
                    context.folder().resolve("answers-calibration"),
                    null);
            var unused = context.breakable(() -> workshop.evaluate(look));
        }
    }

    /**
     * Does a step.
     *
     * @throws ModelRefused if the samples are at fault, which no other candidate can mend
     */
    Outcome run(Step step) throws ModelRefused, IOException {
        long begin = System.nanoTime();
        try {
            return switch (step.kind()) {
                case MAKE -> new Outcome(step.key(), make(step), null, null, seconds(begin));
                case SCREEN, JUDGE ->
                    new Outcome(step.key(), null, evaluate(step, step.samples(), null), null, seconds(begin));
                case MEASURE ->
                    new Outcome(
                            step.key(),
                            null,
                            evaluate(step, SAMPLES_TO_MEASURE, THREADS_TO_MEASURE),
                            null,
                            seconds(begin));
            };
        } catch (ModelRefused e) {
            if (e.code() == ModelRefused.Code.DATA_SET) {
                throw e;
            }
            return Outcome.failed(step, String.valueOf(e.getMessage()), seconds(begin));
        }
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private Made make(Step step) throws ModelRefused, IOException {
        DataChoice choice = order.calibration();
        SampleSource calibration = choice == null ? null : choices.source(choice, choice.count());
        Path target = context.folder()
                .resolve(Digest.of(step.key().getBytes(StandardCharsets.UTF_8))
                                .hex()
                                .substring(0, 16) + ".onnx");
        try {
            Made result = context.breakable(() -> workshop.make(
                    new MakeOrder(step.recipe(), blobs.file(order.source()), contract, calibration, target)));
            context.hold(result.digest());
            blobs.adopt(target, result.digest());
            made.put(candidate(step.key()), result);
            return result;
        } finally {
            Files.deleteIfExists(target);
        }
    }

    private Evaluation evaluate(Step step, int samples, @Nullable Integer latencyThreads)
            throws ModelRefused, IOException {
        Made candidate = made.get(candidate(step.key()));
        if (candidate == null) {
            throw new IllegalStateException("the candidate " + step.recipe().name() + " was not made");
        }
        return evaluate(blobs.file(candidate.digest()), candidate.settings(), samples, latencyThreads);
    }

    private Evaluation evaluate(Path variant, ExecutionSettings settings, int samples, @Nullable Integer latencyThreads)
            throws ModelRefused, IOException {
        Path answers = context.folder().resolve("answers-" + samples);
        EvaluationOrder evaluation = new EvaluationOrder(
                blobs.file(order.source()),
                variant,
                settings,
                contract,
                choices.source(order.validation(), samples),
                answers,
                latencyThreads);
        if (Files.exists(answers)) {
            return context.breakable(() -> workshop.evaluate(evaluation));
        }
        // The first to come writes the parent's answers; the others wait for them rather than run the parent too.
        synchronized (answerLocks.computeIfAbsent(answers, path -> new Object())) {
            return context.breakable(() -> workshop.evaluate(evaluation));
        }
    }
}

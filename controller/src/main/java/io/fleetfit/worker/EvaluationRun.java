package io.fleetfit.worker;

import io.fleetfit.compress.evaluate.Comparison;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.Evaluation.LatencyRatio;
import io.fleetfit.compress.evaluate.EvaluationOrder;
import io.fleetfit.dataset.DataSetReader;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs a variant beside its parent on every sample; one sample is in memory at a time. */
final class EvaluationRun {
    private final EvaluationOrder order;
    private final Heartbeat beat;

    EvaluationRun(EvaluationOrder order, Heartbeat beat) {
        this.order = order;
        this.beat = beat;
    }

    Evaluation run() throws IOException, ModelRefused {
        Comparison comparison = new Comparison(order.contract());
        try (DataSetReader set = DataSetReader.open(order.validation(), order.contract())) {
            Samples samples = beat.over(set);
            compare(samples, comparison);
            return comparison.result(latency(samples));
        }
    }

    private void compare(Samples samples, Comparison comparison) throws IOException, ModelRefused {
        Digest key = Digest.of(
                (WorkerMain.digest(order.parent()).hex() + samples.digest().hex()).getBytes(StandardCharsets.US_ASCII));
        Optional<AnswerFile.Reader> known = AnswerFile.open(order.parentAnswers(), key, samples.count());
        try (OrtModel variant = OrtModel.load(order.variant(), order.settings(), null)) {
            if (known.isPresent()) {
                withAnswers(known.get(), samples, variant, comparison);
            } else {
                withParent(key, samples, variant, comparison);
            }
        }
    }

    private static void withAnswers(AnswerFile.Reader answers, Samples samples, OrtModel variant, Comparison comparison)
            throws IOException, ModelRefused {
        try (answers) {
            for (Sample sample : samples) {
                comparison.add(sample, answers.next(), variant.run(sample.inputs()));
            }
        }
    }

    private void withParent(Digest key, Samples samples, OrtModel variant, Comparison comparison)
            throws IOException, ModelRefused {
        try (OrtModel parent = OrtModel.load(order.parent(), ExecutionSettings.cpu(), null);
                AnswerFile.Writer answers = new AnswerFile.Writer(order.parentAnswers(), key, samples.count())) {
            for (Sample sample : samples) {
                Map<String, FloatTensor> answer = parent.run(sample.inputs());
                comparison.add(sample, answer, variant.run(sample.inputs()));
                answers.add(answer);
            }
            answers.finish();
        }
    }

    private @Nullable LatencyRatio latency(Samples samples) throws ModelRefused {
        Integer threads = order.latencyThreads();
        if (threads == null) {
            return null;
        }
        Map<String, FloatTensor> inputs = samples.iterator().next().inputs();
        try (OrtModel parent = OrtModel.load(order.parent(), ExecutionSettings.cpu(), threads);
                OrtModel variant = OrtModel.load(order.variant(), order.settings(), threads)) {
            return LatencyBench.compare(parent, variant, inputs, threads, beat);
        }
    }
}

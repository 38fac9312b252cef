package io.fleetfit.compress.evaluate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a variant was found to be worth beside its parent, on the same samples.
 *
 * @param samples on how many samples
 * @param quality the metric of the model's contract; absent without labels
 * @param parentQuality the same of the parent
 * @param agreement share of samples on which variant and parent give the same answer; absent where answers are no classes
 * @param cosine mean cosine similarity of the outputs of variant and parent, −1 to 1
 * @param sqnrDecibels signal-to-quantization-noise ratio of the outputs against the parent's, in dB; infinity if equal
 * @param classes change of recall by class, worst first; empty where answers are no classes
 * @param latency measured beside the parent on this machine; absent if not asked for
 */
public record Evaluation(
        long samples,
        @Nullable Estimate quality,
        @Nullable Estimate parentQuality,
        @Nullable Estimate agreement,
        double cosine,
        double sqnrDecibels,
        List<ClassChange> classes,
        @Nullable LatencyRatio latency) {
    public Evaluation {
        classes = List.copyOf(classes);
    }

    /** With the ten classes that lost most alone: a report of a thousand classes helps nobody. */
    public Evaluation brief() {
        return new Evaluation(
                samples,
                quality,
                parentQuality,
                agreement,
                cosine,
                sqnrDecibels,
                classes.stream().limit(10).toList(),
                latency);
    }

    /**
     * A share with its confidence interval of 95 %.
     *
     * @param metric name, for example {@code top1}
     */
    public record Estimate(String metric, double value, double low, double high) {}

    /**
     * How recall of one class changed.
     *
     * @param samples of the class
     */
    public record ClassChange(int classIndex, String label, double parentRecall, double recall, long samples) {}

    /**
     * Latency of variant and parent in interleaved runs.
     *
     * @param machine name of the CPU that it was measured on: it says nothing of others
     * @param threads intra-op threads
     * @param parentP50Millis median of the parent
     * @param p50Millis median of the variant
     * @param ratio median over rounds of variant / parent
     * @param low 5th percentile of the ratio over rounds
     * @param high 95th percentile of the ratio over rounds
     */
    public record LatencyRatio(
            String machine,
            int threads,
            double parentP50Millis,
            double p50Millis,
            double ratio,
            double low,
            double high) {}
}

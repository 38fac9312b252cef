package io.fleetfit.compress.evaluate;

import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.ModelContract.Task;
import io.fleetfit.registry.Invalid;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The figures of quality that can be measured, by their names in contracts. All are higher for the better. */
public enum QualityMetric {
    /** Share of samples whose right class is the model's first answer. */
    TOP1("top1", Task.CLASSIFICATION),
    /** Share of samples whose right class is among the model's first five answers. */
    TOP5("top5", Task.CLASSIFICATION),
    /** Mean over the classes of the harmonic mean of precision and recall. */
    MACRO_F1("macro-f1", Task.CLASSIFICATION),
    /** Mean average precision over classes and over the overlaps .50, .55, … .95, as COCO has it. */
    MAP("map", Task.DETECTION),
    /** Mean average precision over classes at an overlap of .50. */
    MAP50("map50", Task.DETECTION),
    /** Mean cosine similarity of the outputs with the parent's; needs no labels. */
    COSINE("cosine", Task.CLASSIFICATION, Task.DETECTION, Task.EMBEDDING, Task.TENSOR),
    /** Share of samples on which the first answer is the parent's; needs no labels. */
    AGREEMENT("agreement", Task.CLASSIFICATION);

    private final String text;
    private final Set<Task> tasks;

    QualityMetric(String text, Task first, Task... more) {
        this.text = text;
        this.tasks = EnumSet.of(first, more);
    }

    /** As it stands in contracts and answers. */
    public String text() {
        return text;
    }

    /** Whether it compares with labels, and not with the parent. */
    public boolean needsLabels() {
        return this != COSINE && this != AGREEMENT;
    }

    /**
     * The metric of a contract.
     *
     * @throws Invalid if there is no such metric for the contract's task
     */
    public static QualityMetric of(ModelContract contract) {
        List<QualityMetric> possible = Arrays.stream(values())
                .filter(metric -> metric.tasks.contains(contract.task()))
                .toList();
        return possible.stream()
                .filter(metric -> metric.text.equals(contract.qualityMetric()))
                .findFirst()
                .orElseThrow(() -> new Invalid(
                        "the quality metric '" + contract.qualityMetric() + "' cannot be measured for the task "
                                + contract.task(),
                        "contract.qualityMetric",
                        contract.qualityMetric(),
                        "use one of "
                                + possible.stream().map(QualityMetric::text).toList()));
    }
}

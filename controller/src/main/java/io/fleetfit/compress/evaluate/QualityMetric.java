package io.fleetfit.compress.evaluate;

import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.ModelContract.Task;
import io.fleetfit.registry.Invalid;
import java.util.Arrays;
import java.util.List;

/** The figures of quality that can be measured, by their names in contracts. All are higher for the better. */
public enum QualityMetric {
    /** Share of samples whose right class is the model's first answer. */
    TOP1("top1"),
    /** Share of samples whose right class is among the model's first five answers. */
    TOP5("top5"),
    /** Mean over the classes of the harmonic mean of precision and recall. */
    MACRO_F1("macro-f1"),
    /** Mean average precision over classes and over the overlaps .50, .55, … .95, as COCO has it. */
    MAP("map"),
    /** Mean average precision over classes at an overlap of .50. */
    MAP50("map50"),
    /** Mean cosine similarity of the outputs with the parent's; needs no labels. */
    COSINE("cosine"),
    /** Share of samples on which the first answer is the parent's; needs no labels. */
    AGREEMENT("agreement");

    private final String text;

    QualityMetric(String text) {
        this.text = text;
    }

    private boolean suits(Task task) {
        return switch (this) {
            case TOP1, TOP5, MACRO_F1, AGREEMENT -> task == Task.CLASSIFICATION;
            case MAP, MAP50 -> task == Task.DETECTION;
            case COSINE -> true;
        };
    }

    /** As it stands in contracts and answers. */
    public String text() {
        return text;
    }

    /**
     * The metric of a contract.
     *
     * @throws Invalid if there is no such metric for the contract's task
     */
    public static QualityMetric of(ModelContract contract) {
        List<QualityMetric> possible = Arrays.stream(values())
                .filter(metric -> metric.suits(contract.task()))
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

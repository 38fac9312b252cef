package io.fleetfit.compress.evaluate;

import io.fleetfit.compress.evaluate.Evaluation.ClassChange;
import io.fleetfit.compress.evaluate.Evaluation.Estimate;
import io.fleetfit.compress.evaluate.Evaluation.LatencyRatio;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Truth;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.ModelContract.Task;
import io.fleetfit.registry.Invalid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares the answers of a variant with those of its parent and with the truth, sample by sample. Keeps a few bytes of
 * each sample and nothing of its tensors.
 */
public final class Comparison {
    private final ModelContract contract;
    private final QualityMetric metric;
    private final String firstOutput;
    private final @Nullable Detections detections;
    private final Likeness likeness = new Likeness();
    private final DetectionScores parentBoxes = new DetectionScores();
    private final DetectionScores variantBoxes = new DetectionScores();
    private @Nullable ClassScores parentClasses;
    private @Nullable ClassScores variantClasses;
    private long samples;
    private long agreed;

    /**
     * Compares models of a contract.
     *
     * @throws Invalid if the contract's quality metric cannot be measured
     * @throws ModelRefused if a detector's outputs are not of the form that can be read
     */
    public Comparison(ModelContract contract) throws ModelRefused {
        this.contract = contract;
        this.metric = QualityMetric.of(contract);
        if (contract.outputs().isEmpty()) {
            throw new ModelRefused(ModelRefused.Code.CONTRACT, "the contract promises no output; name them in it");
        }
        this.firstOutput = contract.outputs().get(0).name();
        this.detections = contract.task() == Task.DETECTION ? Detections.of(contract) : null;
    }

    /**
     * Adds a sample.
     *
     * @param parent outputs of the parent by name
     * @param variant outputs of the variant
     * @throws ModelRefused if an output is not finite, the models' outputs differ in size, or the truth is none of the
     *     model's classes
     */
    public void add(Sample sample, Map<String, FloatTensor> parent, Map<String, FloatTensor> variant)
            throws ModelRefused {
        float[] parentValues = joined("parent", sample, parent);
        float[] variantValues = joined("variant", sample, variant);
        if (parentValues.length != variantValues.length) {
            throw new ModelRefused(
                    ModelRefused.Code.CONTRACT,
                    "on sample '" + sample.id() + "' the variant gave " + variantValues.length + " values, its parent "
                            + parentValues.length + "; it is not a variant of this parent");
        }
        likeness.add(parentValues, variantValues);
        samples++;
        if (contract.task() == Task.CLASSIFICATION) {
            classify(sample, first(sample, parent), first(sample, variant));
        } else if (detections != null) {
            detect(detections, sample, parent, variant);
        }
    }

    private float[] joined(String who, Sample sample, Map<String, FloatTensor> outputs) throws ModelRefused {
        int length = 0;
        for (var promised : contract.outputs()) {
            length += output(promised.name(), sample, outputs).data().length;
        }
        float[] values = new float[length];
        int at = 0;
        for (var promised : contract.outputs()) {
            for (float value : output(promised.name(), sample, outputs).data()) {
                if (!Float.isFinite(value)) {
                    throw new ModelRefused(
                            ModelRefused.Code.NOT_FINITE,
                            "the " + who + "'s output '" + promised.name() + "' is " + value + " on sample '"
                                    + sample.id() + "'; leave out the pass that overflows, or check this sample");
                }
                values[at++] = value;
            }
        }
        return values;
    }

    private static FloatTensor output(String name, Sample sample, Map<String, FloatTensor> outputs)
            throws ModelRefused {
        FloatTensor tensor = outputs.get(name);
        if (tensor == null) {
            throw new ModelRefused(
                    ModelRefused.Code.CONTRACT,
                    "on sample '" + sample.id() + "' there is no output '" + name + "' of numbers; the outputs are "
                            + outputs.keySet());
        }
        return tensor;
    }

    private float[] first(Sample sample, Map<String, FloatTensor> outputs) throws ModelRefused {
        return output(firstOutput, sample, outputs).data();
    }

    private void classify(Sample sample, float[] parent, float[] variant) throws ModelRefused {
        if (parent.length == 0) {
            throw new ModelRefused(ModelRefused.Code.CONTRACT, "the output '" + firstOutput + "' has no scores");
        }
        agreed += ClassScores.first(parent) == ClassScores.first(variant) ? 1 : 0;
        if (sample.truth() instanceof Truth.Boxes) {
            throw mismatch(sample, "has boxes, the model classifies", "use a set with a class for each sample");
        }
        if (sample.truth() instanceof Truth.ClassIndex truth) {
            if (truth.index() >= parent.length) {
                throw mismatch(
                        sample,
                        "has the class " + truth.index() + ", the model's output '" + firstOutput + "' has "
                                + parent.length + " scores",
                        "number the classes from 0, or list the model's labels in its contract");
            }
            if (parentClasses == null || variantClasses == null) {
                parentClasses = new ClassScores(parent.length);
                variantClasses = new ClassScores(parent.length);
            }
            parentClasses.add(truth.index(), parent);
            variantClasses.add(truth.index(), variant);
        }
    }

    private void detect(
            Detections reader, Sample sample, Map<String, FloatTensor> parent, Map<String, FloatTensor> variant)
            throws ModelRefused {
        if (sample.truth() instanceof Truth.ClassIndex) {
            throw mismatch(sample, "has a class, the model finds objects", "use a set with boxes");
        }
        if (sample.truth() instanceof Truth.Boxes truth) {
            parentBoxes.add(truth.boxes(), reader.read(parent));
            variantBoxes.add(truth.boxes(), reader.read(variant));
        }
    }

    private static ModelRefused mismatch(Sample sample, String what, String remedy) {
        return new ModelRefused(
                ModelRefused.Code.DATA_SET,
                "the labels do not match the model: sample '" + sample.id() + "' " + what + "; " + remedy);
    }

    /** What was found. */
    public Evaluation result(@Nullable LatencyRatio latency) {
        Estimate agreement = contract.task() == Task.CLASSIFICATION
                ? Intervals.share(QualityMetric.AGREEMENT.text(), agreed, samples)
                : null;
        return new Evaluation(
                samples,
                quality(variantClasses, variantBoxes, false),
                quality(parentClasses, parentBoxes, true),
                agreement,
                likeness.cosine(),
                likeness.sqnrDecibels(),
                changes(),
                latency);
    }

    private @Nullable Estimate quality(@Nullable ClassScores classes, DetectionScores boxes, boolean isParent) {
        return switch (metric) {
            case TOP1 -> classes == null ? null : classes.top1();
            case TOP5 -> classes == null ? null : classes.top5();
            case MACRO_F1 -> classes == null ? null : classes.macroF1();
            case MAP -> boxes.samples() == 0 ? null : boxes.map();
            case MAP50 -> boxes.samples() == 0 ? null : boxes.map50();
            // The parent is the measure.
            case COSINE -> isParent ? new Estimate(metric.text(), 1, 1, 1) : likeness.estimate();
            case AGREEMENT ->
                isParent ? new Estimate(metric.text(), 1, 1, 1) : Intervals.share(metric.text(), agreed, samples);
        };
    }

    private List<ClassChange> changes() {
        List<ClassChange> changes = new ArrayList<>();
        if (parentClasses != null && variantClasses != null) {
            long[] all = parentClasses.samplesByClass();
            long[] parent = parentClasses.hitsByClass();
            long[] variant = variantClasses.hitsByClass();
            for (int c = 0; c < all.length; c++) {
                if (all[c] > 0) {
                    changes.add(new ClassChange(
                            c, label(c), (double) parent[c] / all[c], (double) variant[c] / all[c], all[c]));
                }
            }
        }
        changes.sort(Comparator.comparingDouble((ClassChange change) -> change.recall() - change.parentRecall())
                .thenComparingInt(ClassChange::classIndex));
        return changes;
    }

    private String label(int index) {
        return index < contract.labels().size() ? contract.labels().get(index) : Integer.toString(index);
    }
}

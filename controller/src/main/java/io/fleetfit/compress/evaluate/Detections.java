package io.fleetfit.compress.evaluate;

import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads objects out of a detector's outputs: scores {@code [1, N, C]} and boxes {@code [1, N, 4]} with left, top, right and
 * bottom as shares of the input. Overlapping ones of a class are thinned out greedily by score (non-maximum suppression at
 * an overlap of .5), and the best 100 stay, as the COCO evaluation has it.
 */
final class Detections {
    private static final float LEAST_SCORE = 0.01f;
    private static final double MOST_OVERLAP = 0.5;
    private static final int MOST = 100;
    /** Before thinning out, which is quadratic. */
    private static final int MOST_CANDIDATES = 1_000;

    private static final int SIDES = 4;

    private final String scores;
    private final String boxes;
    private final int background;
    private final int classes;

    private Detections(String scores, String boxes, int background, int classes) {
        this.scores = scores;
        this.boxes = boxes;
        this.background = background;
        this.classes = classes;
    }

    /**
     * For a contract with two outputs. A label {@code background} is no object; if there is one label less than scores, the
     * first score is the background's.
     *
     * @throws ModelRefused if the outputs are not of this form
     */
    static Detections of(ModelContract contract) throws ModelRefused {
        List<TensorSpec> outputs = contract.outputs();
        if (outputs.size() != 2 || contract.labels().isEmpty()) {
            throw refused(
                    "a detector needs two outputs, scores [1, N, C] and boxes [1, N, 4], and labels in its contract;"
                            + " this one has " + outputs.size() + " outputs and "
                            + contract.labels().size() + " labels");
        }
        int boxes = boxes(outputs);
        return new Detections(
                outputs.get(1 - boxes).name(),
                outputs.get(boxes).name(),
                contract.labels().indexOf("background"),
                contract.labels().size());
    }

    private static int boxes(List<TensorSpec> outputs) throws ModelRefused {
        for (int i = 0; i < 2; i++) {
            if (outputs.get(i).name().toLowerCase(Locale.ROOT).contains("box")) {
                return i;
            }
        }
        for (int i = 0; i < 2; i++) {
            List<Long> shape = outputs.get(i).shape();
            if (!shape.isEmpty() && shape.get(shape.size() - 1) == SIDES) {
                return i;
            }
        }
        throw refused("none of the outputs " + outputs + " is [1, N, 4]; export the detector with decoded boxes");
    }

    private static ModelRefused refused(String message) {
        return new ModelRefused(ModelRefused.Code.CONTRACT, message);
    }

    /**
     * The objects of one input, best first.
     *
     * @throws ModelRefused if the outputs have other shapes than promised
     */
    List<Detection> read(Map<String, FloatTensor> outputs) throws ModelRefused {
        FloatTensor score = outputs.get(scores);
        FloatTensor box = outputs.get(boxes);
        if (score == null || box == null || box.data().length % SIDES != 0) {
            throw refused("the detector gave no outputs '" + scores + "' and '" + boxes + "' of its contract");
        }
        int count = box.data().length / SIDES;
        int width = count == 0 ? classes : score.data().length / count;
        int skipped = width == classes + 1 ? 1 : 0;
        if (count * width != score.data().length || width - skipped != classes) {
            throw refused("the detector gave " + score.data().length + " scores for " + count
                    + " boxes; its contract has " + classes + " labels");
        }
        List<Detection> candidates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < classes; c++) {
                float value = score.data()[i * width + skipped + c];
                if (c != background && value >= LEAST_SCORE) {
                    float[] b = box.data();
                    candidates.add(new Detection(
                            c, value, b[i * SIDES], b[i * SIDES + 1], b[i * SIDES + 2], b[i * SIDES + 3]));
                }
            }
        }
        return thinned(candidates);
    }

    static List<Detection> thinned(List<Detection> candidates) {
        List<Detection> sorted = candidates.stream()
                .sorted(Comparator.comparing(Detection::score).reversed())
                .limit(MOST_CANDIDATES)
                .toList();
        List<Detection> kept = new ArrayList<>();
        for (Detection candidate : sorted) {
            boolean isNew = kept.stream()
                    .noneMatch(better ->
                            better.classIndex() == candidate.classIndex() && better.overlap(candidate) > MOST_OVERLAP);
            if (isNew && kept.size() < MOST) {
                kept.add(candidate);
            }
        }
        return kept;
    }
}

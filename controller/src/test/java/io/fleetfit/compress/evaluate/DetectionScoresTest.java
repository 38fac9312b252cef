package io.fleetfit.compress.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fleetfit.dataset.Truth.Box;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DetectionScoresTest {
    private static Box box(double left) {
        return new Box(0, left, 0, left + 0.2, 0.2);
    }

    private static Detection found(double left, double score) {
        return new Detection(0, (float) score, left, 0, left + 0.2, 0.2);
    }

    @Test
    void overlap_is_intersection_over_union() {
        assertThat(found(0, 1).overlap(found(0.1, 1))).isCloseTo(1 / 3.0, within(1e-9));
        assertThat(found(0, 1).overlap(found(0.2, 1))).isZero();
        assertThat(found(0.3, 1).overlap(found(0.3, 1))).isEqualTo(1);
    }

    /**
     * By hand: two true boxes; right at .9, wrong at .8, right at .7. Precision is 1 up to a recall of .5 and 2/3 up to 1, so
     * the mean of 101 points is (51 · 1 + 50 · 2/3) / 101.
     */
    @Test
    void average_precision_reads_the_curve_at_101_recalls() {
        DetectionScores scores = new DetectionScores();
        scores.add(List.of(box(0)), List.of(found(0, 0.9), found(0.7, 0.8)));
        scores.add(List.of(box(0.3)), List.of(found(0.3, 0.7)));

        assertThat(scores.map50().value()).isCloseTo((51 + 50 * 2.0 / 3) / 101, within(1e-9));
        assertThat(scores.map().value()).isCloseTo((51 + 50 * 2.0 / 3) / 101, within(1e-9));
    }

    /** An overlap of .6 counts at .50, .55 and .60 alone: 3 of 10. */
    @Test
    void the_mean_is_over_ten_overlaps() {
        DetectionScores scores = new DetectionScores();
        double shift = 0.2 - 2 * 0.2 * 0.62 / 1.62;
        assertThat(found(shift, 1).overlap(found(0, 1))).isCloseTo(0.62, within(1e-9));
        scores.add(List.of(box(0)), List.of(found(shift, 0.9)));

        assertThat(scores.map50().value()).isEqualTo(1);
        assertThat(scores.map().value()).isCloseTo(0.3, within(1e-9));
    }

    @Test
    void a_true_box_is_found_once_and_a_second_finder_is_wrong() {
        DetectionScores scores = new DetectionScores();
        scores.add(List.of(box(0), box(0.5)), List.of(found(0, 0.9), found(0.01, 0.8), found(0.5, 0.7)));

        assertThat(scores.map50().value()).isCloseTo((51 + 50 * 2.0 / 3) / 101, within(1e-9));
    }

    @Test
    void classes_without_true_boxes_do_not_count_and_missed_ones_do() {
        DetectionScores scores = new DetectionScores();
        scores.add(
                List.of(box(0), new Box(1, 0.5, 0.5, 0.7, 0.7)),
                List.of(found(0, 0.9), new Detection(5, 0.9f, 0, 0, 0.1, 0.1)));

        assertThat(scores.map50().value()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void never_leaves_zero_to_one_and_is_one_for_the_truth_itself() {
        Random random = new Random(3);
        DetectionScores guesses = new DetectionScores();
        DetectionScores truth = new DetectionScores();
        for (int i = 0; i < 40; i++) {
            List<Box> boxes = new ArrayList<>();
            List<Detection> guessed = new ArrayList<>();
            List<Detection> known = new ArrayList<>();
            for (int j = 0; j < random.nextInt(4); j++) {
                double left = j * 0.25 + random.nextDouble() * 0.04;
                boxes.add(box(left));
                known.add(found(left, random.nextDouble()));
                guessed.add(found(left + random.nextGaussian() * 0.05, random.nextDouble()));
            }
            guesses.add(boxes, guessed);
            truth.add(boxes, known);
        }

        Evaluation.Estimate guess = guesses.map();
        assertThat(guess.value()).isBetween(guess.low(), guess.high());
        assertThat(guess.low()).isGreaterThanOrEqualTo(0);
        assertThat(guess.high()).isLessThan(1);
        assertThat(guess.high() - guess.low()).isPositive();
        assertThat(truth.map()).isEqualTo(new Evaluation.Estimate("map", 1, 1, 1));
    }

    @Test
    void reads_scores_and_boxes_of_a_detector_and_thins_them_out() throws Exception {
        Detections reader = Detections.of(contract(List.of("face")));
        Map<String, FloatTensor> outputs = Map.of(
                "scores",
                new FloatTensor(new long[] {1, 4, 2}, new float[] {.1f, .9f, .3f, .7f, .2f, .8f, 1f, .001f}),
                "boxes",
                new FloatTensor(
                        new long[] {1, 4, 4},
                        new float[] {0, 0, .4f, .4f, .5f, .5f, .9f, .9f, .02f, 0, .42f, .4f, .7f, .7f, .8f, .8f}));

        List<Detection> found = reader.read(outputs);

        assertThat(found).extracting(Detection::score).containsExactly(.9f, .7f);
        assertThat(found).allMatch(each -> each.classIndex() == 0);
        List<Detection> listed =
                Detections.of(contract(List.of("background", "face"))).read(outputs);
        assertThat(listed).hasSize(2).allMatch(each -> each.classIndex() == 1);
        assertThatThrownBy(() ->
                        Detections.of(contract(List.of("a", "b", "c", "d"))).read(outputs))
                .isInstanceOf(ModelRefused.class)
                .hasMessageContaining("4 labels");
        assertThatThrownBy(() -> Detections.of(contract(List.of())))
                .isInstanceOf(ModelRefused.class)
                .hasMessageContaining("0 labels");
    }

    private static ModelContract contract(List<String> labels) {
        return new ModelContract(
                ModelContract.Task.DETECTION,
                List.of(),
                List.of(
                        new TensorSpec("scores", "FP32", List.of(1L, -1L, 2L)),
                        new TensorSpec("boxes", "FP32", List.of(1L, -1L, 4L))),
                null,
                false,
                labels,
                "map");
    }
}

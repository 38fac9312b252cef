package io.fleetfit.compress.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fleetfit.compress.evaluate.Evaluation.ClassChange;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Truth;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.ModelContract.Task;
import io.fleetfit.protocol.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void compares_with_the_truth_and_with_the_parent() throws Exception {
        Comparison comparison = new Comparison(contract(Task.CLASSIFICATION, "top1"));
        comparison.add(sample("a", 0), scores(1, 0), scores(1, 0));
        comparison.add(sample("b", 0), scores(1, 0), scores(0, 1));
        comparison.add(sample("c", 1), scores(0, 1), scores(0, 1));
        comparison.add(sample("d", 1), scores(1, 0), scores(0, 1));
        comparison.add(sample("e", null), scores(0, 2), scores(0, 2));

        Evaluation found = comparison.result(null);

        assertThat(found.samples()).isEqualTo(5);
        assertThat(Objects.requireNonNull(found.quality()).value()).isEqualTo(0.75);
        assertThat(Objects.requireNonNull(found.parentQuality()).value()).isEqualTo(0.75);
        assertThat(Objects.requireNonNull(found.agreement()).value()).isEqualTo(0.6);
        assertThat(found.classes())
                .containsExactly(new ClassChange(0, "cat", 1, 0.5, 2), new ClassChange(1, "dog", 0.5, 1, 2));
        // Three are equal and two at a right angle.
        assertThat(found.cosine()).isCloseTo(0.6, within(1e-6));
        // Signal 4 · 1 + 4, noise 2 · 2.
        assertThat(found.sqnrDecibels()).isCloseTo(10 * Math.log10(8 / 4.0), within(1e-9));
    }

    @Test
    void measures_likeness_without_labels_for_any_task() throws Exception {
        Comparison comparison = new Comparison(contract(Task.EMBEDDING, "cosine"));
        comparison.add(sample("a", null), scores(3, 4), scores(3, 4.1f));
        comparison.add(sample("b", null), scores(0, 0), scores(0, 0));

        Evaluation found = comparison.result(null);

        Evaluation.Estimate quality = Objects.requireNonNull(found.quality());
        double first = (9 + 16.4) / 5 / Math.sqrt(9 + 4.1 * 4.1);
        assertThat(quality.value()).isCloseTo((first + 1) / 2, within(1e-6));
        assertThat(Objects.requireNonNull(found.parentQuality()).value()).isEqualTo(1);
        assertThat(found.agreement()).isNull();
        assertThat(found.classes()).isEmpty();
    }

    @Test
    void without_labels_there_is_no_quality_of_labels() throws Exception {
        Comparison comparison = new Comparison(contract(Task.CLASSIFICATION, "macro-f1"));
        comparison.add(sample("a", null), scores(1, 0), scores(1, 0));

        assertThat(comparison.result(null).quality()).isNull();
        assertThat(Objects.requireNonNull(comparison.result(null).agreement()).value())
                .isEqualTo(1);
    }

    @Test
    void refuses_what_cannot_be_compared() throws Exception {
        Comparison comparison = new Comparison(contract(Task.CLASSIFICATION, "top1"));

        assertThatThrownBy(() -> comparison.add(sample("x", 0), scores(1, Float.NaN), scores(1, 0)))
                .isInstanceOfSatisfying(
                        ModelRefused.class, it -> assertThat(it.code()).isEqualTo(ModelRefused.Code.NOT_FINITE))
                .hasMessageContaining("parent's output 'y' is NaN on sample 'x'");
        assertThatThrownBy(() -> comparison.add(sample("x", 0), scores(1, 0), scores(1, 0, 0)))
                .hasMessageContaining("3 values, its parent 2");
        assertThatThrownBy(() -> comparison.add(sample("x", 2), scores(1, 0), scores(1, 0)))
                .hasMessageContaining("class 2")
                .hasMessageContaining("2 scores");
        assertThatThrownBy(() -> comparison.add(sample("x", 0), scores(1, 0), Map.of()))
                .hasMessageContaining("no output 'y'");
        Sample boxes = new Sample("x", Map.of(), new Truth.Boxes(List.of()));
        assertThatThrownBy(() -> comparison.add(boxes, scores(1, 0), scores(1, 0)))
                .hasMessageContaining("has boxes, the model classifies");
    }

    private static Sample sample(String id, @Nullable Integer truth) {
        return new Sample(id, Map.of(), truth == null ? null : new Truth.ClassIndex(truth));
    }

    private static Map<String, FloatTensor> scores(float... values) {
        return Map.of("y", new FloatTensor(new long[] {1, values.length}, values));
    }

    private static ModelContract contract(Task task, String metric) {
        return new ModelContract(
                task,
                List.of(),
                List.of(new TensorSpec("y", "FP32", List.of(-1L, 2L))),
                null,
                false,
                List.of("cat", "dog"),
                metric);
    }
}

package io.fleetfit.compress.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.Evaluation.Estimate;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QualityGateTest {
    private static Evaluation evaluation(
            long samples, @Nullable Double parent, @Nullable Double variant, @Nullable Double agreement) {
        return new Evaluation(samples, top1(variant), top1(parent), top1(agreement), 0.98, 30, List.of(), null);
    }

    private static @Nullable Estimate top1(@Nullable Double value) {
        return value == null ? null : new Estimate("top1", value, value - 0.03, Math.min(1, value + 0.03));
    }

    @Test
    void a_drop_of_exactly_the_bound_passes() {
        QualityGate.Verdict verdict = QualityGate.judge(evaluation(1_000, 0.90, 0.89, 0.97), 0.01);

        assertThat(verdict.passes()).isTrue();
        assertThat(verdict.isProven()).isFalse();
        assertThat(verdict.text()).startsWith("top1 loses 1.00 points").endsWith("on 1000 samples");
    }

    @Test
    void pairing_proves_more_than_two_intervals_would() {
        QualityGate.Verdict verdict = QualityGate.judge(evaluation(2_000, 0.90, 0.898, 0.996), 0.01);

        assertThat(verdict.isProven()).isTrue();
        assertThat(verdict.high()).isLessThan(0.01);
    }

    @Test
    void few_samples_prove_nothing_but_a_ruin() {
        assertThat(QualityGate.judge(evaluation(20, 0.90, 0.85, 0.95), 0.01).isHopeless())
                .isFalse();
        assertThat(QualityGate.judge(evaluation(20, 0.90, 0.10, 0.10), 0.01).isHopeless())
                .isTrue();
    }

    @Test
    void no_samples_are_no_success() {
        assertThat(QualityGate.judge(evaluation(0, 0.90, 0.90, 1.0), 0.01).passes())
                .isFalse();
    }

    @Test
    void without_labels_changed_answers_bound_the_drop_and_without_classes_the_cosine_does() {
        assertThat(QualityGate.judge(evaluation(500, null, null, 0.995), 0.01))
                .satisfies(verdict -> assertThat(verdict.passes()).isTrue())
                .satisfies(verdict -> assertThat(verdict.measure()).isEqualTo("agreement (no labels)"));
        assertThat(QualityGate.judge(evaluation(500, null, null, null), 0.01))
                .satisfies(verdict -> assertThat(verdict.passes()).isFalse())
                .satisfies(verdict -> assertThat(verdict.drop()).isEqualTo(0.02, within(1e-12)));
    }

    /** The interval holds the true drop in at least 95 % of draws, up to the noise of the draws themselves. */
    @Test
    void the_interval_covers_the_truth() {
        Random random = new Random(5);
        for (double[] truth : new double[][] {{0.01, 0.005}, {0.03, 0.02}, {0.10, 0.08}}) {
            int covered = 0;
            int draws = 2_000;
            int n = 300;
            for (int draw = 0; draw < draws; draw++) {
                int lost = 0;
                int won = 0;
                for (int i = 0; i < n; i++) {
                    double u = random.nextDouble();
                    lost += u < truth[0] ? 1 : 0;
                    won += u >= truth[0] && u < truth[0] + truth[1] ? 1 : 0;
                }
                double[] interval = QualityGate.paired((lost - won) / (double) n, (lost + won) / (double) n, n);
                double drop = truth[0] - truth[1];
                covered += interval[0] <= drop && drop <= interval[1] ? 1 : 0;
            }
            assertThat(covered / (double) draws).isGreaterThan(0.935);
        }
    }
}

package io.fleetfit.compress.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fleetfit.compress.evaluate.Evaluation.Estimate;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClassScoresTest {
    /** By hand: class 3 never occurs and does not count. */
    @Test
    void counts_what_is_right() {
        ClassScores scores = new ClassScores(4);
        add(scores, 0, 0);
        add(scores, 0, 1);
        add(scores, 1, 1);
        add(scores, 2, 2);
        add(scores, 2, 0);
        add(scores, 2, 2);
        add(scores, 2, 2);
        add(scores, 0, 0);

        assertThat(scores.top1().value()).isEqualTo(6 / 8.0);
        assertThat(scores.top5().value()).isEqualTo(1);
        // tp 2, fp 1, fn 1; tp 1, fp 1, fn 0; tp 3, fp 0, fn 1
        assertThat(scores.macroF1().value()).isCloseTo((2.0 / 3 + 2.0 / 3 + 6.0 / 7) / 3, within(1e-12));
        assertThat(scores.samplesByClass()).containsExactly(3, 1, 4, 0);
        assertThat(scores.hitsByClass()).containsExactly(2, 1, 3, 0);
    }

    private static void add(ClassScores scores, int truth, int answer) {
        float[] values = new float[4];
        values[answer] = 1;
        scores.add(truth, values);
    }

    @Test
    void of_equal_scores_the_first_comes_first() {
        float[] equal = {0, 1, 1, 1, 1, 1, 1};

        assertThat(ClassScores.first(equal)).isEqualTo(1);
        assertThat(ClassScores.rank(equal, 1)).isZero();
        assertThat(ClassScores.rank(equal, 6)).isEqualTo(5);
        assertThat(ClassScores.rank(equal, 0)).isEqualTo(6);
    }

    /** E. B. Wilson's interval of 95 % for 8 of 10 is .4902 to .9433, of 0 of 10 it is 0 to .2775. */
    @Test
    void shares_have_wilsons_interval() {
        Estimate eight = Intervals.share("top1", 8, 10);
        assertThat(eight.low()).isCloseTo(0.4902, within(1e-4));
        assertThat(eight.high()).isCloseTo(0.9433, within(1e-4));
        Estimate none = Intervals.share("top1", 0, 10);
        assertThat(none.low()).isZero();
        assertThat(none.high()).isCloseTo(0.2775, within(1e-4));
        assertThat(Intervals.share("top1", 10, 10).high()).isEqualTo(1);
        assertThat(Intervals.share("top1", 0, 0)).isEqualTo(new Estimate("top1", 0, 0, 1));
    }

    @Test
    void the_bootstrap_covers_the_truth_about_as_often_as_it_says() {
        Random random = new Random(4);
        int covered = 0;
        for (int trial = 0; trial < 200; trial++) {
            double[] values = random.doubles(60).toArray();
            Estimate mean = Intervals.bootstrap("mean", values.length, 400, 0, times -> {
                double sum = 0;
                for (int i = 0; i < times.length; i++) {
                    sum += times[i] * values[i];
                }
                return sum / times.length;
            });
            assertThat(mean.value()).isBetween(mean.low(), mean.high());
            covered += mean.low() <= 0.5 && 0.5 <= mean.high() ? 1 : 0;
        }
        assertThat(covered).isBetween(180, 199);
    }

    @Test
    void f1_is_one_for_the_right_and_zero_for_the_wrong_whatever_the_classes() {
        Random random = new Random(8);
        for (int trial = 0; trial < 20; trial++) {
            int width = 2 + random.nextInt(6);
            ClassScores right = new ClassScores(width);
            ClassScores wrong = new ClassScores(width);
            for (int i = 0; i < 50; i++) {
                int truth = random.nextInt(width);
                float[] hit = new float[width];
                hit[truth] = 1;
                right.add(truth, hit);
                float[] miss = new float[width];
                miss[(truth + 1) % width] = 1;
                wrong.add(truth, miss);
            }
            assertThat(right.macroF1()).isEqualTo(new Estimate("macro-f1", 1, 1, 1));
            assertThat(wrong.macroF1()).isEqualTo(new Estimate("macro-f1", 0, 0, 0));
        }
    }
}

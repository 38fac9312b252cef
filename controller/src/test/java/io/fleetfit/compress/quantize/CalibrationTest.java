package io.fleetfit.compress.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.Target;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.Tensors;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static ValueStatistics seen(float[]... tensors) {
        ValueStatistics statistics = new ValueStatistics(true, null);
        for (float[] tensor : tensors) {
            assertThat(statistics.see(new FloatTensor(new long[] {tensor.length}, tensor)))
                    .isTrue();
        }
        return statistics;
    }

    private static float[] normal(int count, double size, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * size);
        }
        return values;
    }

    @Test
    void quantiles_hold_however_the_range_grew() {
        // From a millionth to a thousand, so that bins are joined thirty times.
        Histogram histogram = new Histogram();
        histogram.add(new float[] {1e-6f}, 1, 1e-6f, 1e-6f);
        float[] values = new float[10_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i - 2000) / 8f;
        }
        histogram.add(values, values.length, values[0], values[values.length - 1]);

        assertThat(histogram.quantile(0.5)).isCloseTo(375, within(1.0));
        assertThat(histogram.quantile(0.001)).isCloseTo(-249, within(1.0));
        assertThat(histogram.quantile(0.999)).isCloseTo(999, within(1.0));
    }

    @Test
    void min_max_keeps_all_percentile_drops_the_rare() {
        float[] outlier = normal(100_000, 1, 1);
        outlier[17] = 500;
        ValueStatistics statistics = seen(normal(1000, 1, 2), outlier);

        assertThat(statistics.range(Calibration.MIN_MAX, 100).high()).isEqualTo(500);
        assertThat(statistics.range(Calibration.PERCENTILE, 99.9).high()).isBetween(3.0, 3.6);
        assertThat(statistics.range(Calibration.PERCENTILE, 99.9).low()).isBetween(-3.6, -3.0);
    }

    @Test
    void entropy_cuts_a_long_tail_and_keeps_an_even_distribution() {
        float[] tail = normal(200_000, 1, 3);
        for (int i = 0; i < 20; i++) {
            tail[i] = 60 + i;
        }
        float[] even = new float[200_000];
        for (int i = 0; i < even.length; i++) {
            even[i] = i / 1000f;
        }

        assertThat(seen(tail).range(Calibration.ENTROPY, 100).high()).isBetween(2.5, 20.0);
        assertThat(seen(even).range(Calibration.ENTROPY, 100).high()).isGreaterThan(190);
    }

    @Test
    void zeros_of_a_rectifier_do_not_hide_the_rest() {
        float[] rectified = normal(200_000, 1, 4);
        for (int i = 0; i < rectified.length; i++) {
            rectified[i] = Math.max(0, rectified[i]);
        }

        ValueRange range = seen(rectified).range(Calibration.ENTROPY, 100);

        assertThat(range.low()).isZero();
        assertThat(range.high()).isGreaterThan(2.5);
    }

    @Test
    void a_value_that_is_no_number_is_noticed() {
        ValueStatistics statistics = new ValueStatistics(true, null);

        assertThat(statistics.see(new FloatTensor(new long[] {2}, new float[] {1, Float.NaN})))
                .isFalse();
        assertThat(statistics.see(new FloatTensor(new long[] {2}, new float[] {1, Float.NEGATIVE_INFINITY})))
                .isFalse();
    }

    @Test
    void zero_has_an_integer_of_its_own_in_every_form() {
        for (Target target : Target.values()) {
            NumberForm form = NumberForm.of(target);
            for (ValueRange range : List.of(
                    new ValueRange(0, 0), new ValueRange(-3, 0), new ValueRange(0, 5), new ValueRange(-0.7, 9.1))) {
                Affine affine = Affine.of(range, form);

                assertThat(affine.quantize(new float[] {0})[0]).isEqualTo((byte) affine.zeroPoint());
                assertThat(affine.least())
                        .isCloseTo(Math.min(range.low(), affine.least()), within(affine.scale() * 1.0));
                assertThat(affine.most()).isGreaterThanOrEqualTo(range.high() - affine.scale());
            }
        }
    }

    @Test
    void scales_grow_until_the_bias_fits() {
        TensorProto weight = Tensors.ofFloats("w", List.of(3L, 2L), new float[] {1e-9f, -1e-9f, 1, 0.5f, 0, 0});
        float[] bias = {10, 10, 10};
        double step = 0.01;

        WeightGrid grid = WeightGrid.of(weight, 0, 127, bias, step);

        int[] stored = grid.bias(bias, step);
        for (int i = 0; i < 3; i++) {
            assertThat(stored[i] * step * grid.scales()[i]).isCloseTo(10, within(1e-4));
        }
        assertThat(grid.scales()[1]).isEqualTo(1 / 127f);
        assertThat(grid.integers()).containsExactly(0, 0, 127, 64, 0, 0);
    }
}

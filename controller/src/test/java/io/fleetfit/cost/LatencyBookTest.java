package io.fleetfit.cost;

import static io.fleetfit.fit.Fits.measurement;
import static io.fleetfit.fit.Fits.variant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fleetfit.cost.LatencyEstimate.Source;
import io.fleetfit.fit.Fits;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Variant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LatencyBookTest {
    private static final Offset<Double> CLOSE = within(0.01);

    private final Variant a = variant("a").build();
    private final Variant b = variant("b").build();

    @Test
    void without_measurements_the_cost_model_answers_with_its_uncertainty() {
        // Given
        LatencyBook book = book();

        // When
        LatencyEstimate estimate = book.ofProfile(Fits.PROFILE, a);

        // Then
        assertThat(estimate.source()).isEqualTo(Source.MODEL);
        assertThat(estimate.p95Millis()).isCloseTo(100, CLOSE);
        assertThat(estimate.lowerMillis()).isCloseTo(70, CLOSE);
        assertThat(estimate.upperMillis()).isCloseTo(130, CLOSE);
        assertThat(book.own("d1")).isEmpty();
    }

    @Test
    void a_devices_newest_figure_counts_and_few_samples_widen_it() {
        // Given newest first
        LatencyBook book = book(
                measurement(a, "d1", Fits.PROFILE, 40, 1_000),
                measurement(a, "d1", Fits.PROFILE, 900, 1_000),
                measurement(b, "d1", Fits.PROFILE, 40, 20));

        // When
        LatencyEstimate many = book.own("d1").get(a.ref());
        LatencyEstimate few = book.own("d1").get(b.ref());

        // Then
        assertThat(many).isEqualTo(new LatencyEstimate(40, 36, 44, Source.DEVICE));
        assertThat(few).isNotNull();
        assertThat(few.upperMillis()).isCloseTo(52.65, CLOSE);
    }

    @Test
    void a_profile_answers_with_the_median_of_its_devices_and_the_spread_between_them() {
        // Given
        LatencyBook book = book(
                measurement(a, "d1", Fits.PROFILE, 40, 1_000),
                measurement(a, "d2", Fits.PROFILE, 50, 1_000),
                measurement(a, "d3", Fits.PROFILE, 90, 1_000));

        // When
        LatencyEstimate estimate = book.ofProfile(Fits.PROFILE, a);

        // Then
        assertThat(estimate.source()).isEqualTo(Source.PROFILE);
        assertThat(estimate.p95Millis()).isEqualTo(50);
        assertThat(estimate.lowerMillis()).isCloseTo(25.6, CLOSE);
        assertThat(estimate.upperMillis()).isCloseTo(74.4, CLOSE);
    }

    @Test
    void one_broken_device_does_not_speak_for_its_profile() {
        // Given
        LatencyBook book = book(
                measurement(a, "d1", Fits.PROFILE, 40, 1_000),
                measurement(a, "d2", Fits.PROFILE, 40, 1_000),
                measurement(a, "hot", Fits.PROFILE, 4_000, 1_000));

        // When / Then
        assertThat(book.ofProfile(Fits.PROFILE, a).upperMillis()).isCloseTo(48, CLOSE);
        assertThat(book.own("hot").get(a.ref())).isEqualTo(new LatencyEstimate(4_000, 3_600, 4_400, Source.DEVICE));
    }

    @Test
    void another_profile_is_scaled_by_a_variant_that_both_ran() {
        // Given: on b this profile is four times slower than the other
        LatencyBook book = book(
                measurement(b, "d1", Fits.PROFILE, 80, 1_000),
                measurement(b, "d2", "fast-board", 20, 1_000),
                measurement(a, "d2", "fast-board", 10, 1_000));

        // When
        LatencyEstimate estimate = book.ofProfile(Fits.PROFILE, a);

        // Then
        assertThat(estimate.source()).isEqualTo(Source.SCALED);
        assertThat(estimate.p95Millis()).isCloseTo(40, CLOSE);
        assertThat(estimate.upperMillis()).isCloseTo(54, CLOSE);
    }

    @Test
    void without_a_common_variant_the_cost_model_scales_and_is_less_sure() {
        // Given: by the cost model this profile is ten times slower than the other
        LatencyBook book = book(measurement(a, "d2", "fast-board", 12, 1_000));

        // When
        LatencyEstimate estimate = book.ofProfile(Fits.PROFILE, a);

        // Then
        assertThat(estimate.source()).isEqualTo(Source.SCALED);
        assertThat(estimate.p95Millis()).isCloseTo(120, CLOSE);
        assertThat(estimate.upperMillis()).isCloseTo(120 * (1 + 0.3 * Math.sqrt(2)), CLOSE);
    }

    @Test
    void figures_that_say_nothing_are_left_out() {
        // Given
        List<Measurement> useless = new ArrayList<>();
        useless.add(measurement(a, "d1", Fits.PROFILE, Double.NaN, 10));
        useless.add(measurement(a, "d1", Fits.PROFILE, 0, 10));
        useless.add(measurement(variant("gone").build(), "d1", Fits.PROFILE, 5, 10));
        Measurement other = measurement(a, "d1", Fits.PROFILE, 5, 10);
        useless.add(new Measurement(
                other.variant(), "d1", Fits.PROFILE, "CUDAExecutionProvider", 1, 5, 5, 10, other.source(), other.at()));

        // When
        LatencyBook book = book(useless.toArray(Measurement[]::new));

        // Then
        assertThat(book.own("d1")).isEmpty();
        assertThat(book.ofProfile(Fits.PROFILE, a).source()).isEqualTo(Source.MODEL);
    }

    private LatencyBook book(Measurement... measurements) {
        return new LatencyBook(Fits.RATES, TransferModel.none(), List.of(a, b), List.of(measurements));
    }
}

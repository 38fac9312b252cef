package io.fleetfit.cost;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.cost.LatencyEstimate.Source;
import io.fleetfit.fit.Fits;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LearnedCostsTest {
    private final Variant small = Fits.variant("small").macs(200_000_000).build();
    private final Variant middle = Fits.variant("middle").macs(600_000_000).build();
    private final Variant large = Fits.variant("large").macs(2_000_000_000).build();
    private final List<Variant> variants = List.of(small, middle, large);

    @Test
    void knows_nothing_where_nothing_was_measured() {
        LearnedCosts costs = new LearnedCosts(Fits.RATES, variants, List.of());
        assertThat(costs.latency(Fits.PROFILE, small)).isNull();
    }

    @Test
    void what_a_profile_measured_corrects_what_it_did_not() {
        // Given a board three times slower than its rates say
        List<Measurement> measured = new ArrayList<>();
        measured.add(measurement(small, "d1", Fits.PROFILE, 60));
        measured.add(measurement(middle, "d1", Fits.PROFILE, 180));

        // When
        LatencyEstimate estimate = new LearnedCosts(Fits.RATES, variants, measured).latency(Fits.PROFILE, large);

        // Then: 600 ms in truth, 200 by the rates
        assertThat(estimate).isNotNull();
        assertThat(estimate.source()).isEqualTo(Source.SCALED);
        assertThat(estimate.p95Millis()).isBetween(400.0, 750.0);
        assertThat(estimate.lowerMillis()).isLessThan(600);
        assertThat(estimate.upperMillis()).isGreaterThan(600);
    }

    @Test
    void the_tail_that_a_profile_shows_is_carried_over() {
        // Given figures whose 95th percentile is twice the median, and the same without
        LatencyEstimate calm = learned(1);
        LatencyEstimate restless = learned(2);

        // Then
        assertThat(restless.p95Millis() / calm.p95Millis()).isBetween(1.3, 2.0);
    }

    @Test
    void a_gpu_is_not_taken_for_the_processor() {
        // Given
        LearnedCosts costs =
                new LearnedCosts(Fits.RATES, variants, List.of(measurement(small, "d1", Fits.PROFILE, 60)));
        Variant cuda = Fits.variant("cuda").provider("CUDAExecutionProvider").build();

        // When / Then
        assertThat(costs.latency(Fits.PROFILE, cuda)).isNull();
    }

    private LatencyEstimate learned(double tail) {
        List<Measurement> measured = new ArrayList<>();
        for (Variant it : List.of(small, middle)) {
            double median = it.summary().totalMacs() / 1e7;
            measured.add(new Measurement(
                    it.ref(),
                    "d1",
                    Fits.PROFILE,
                    it.settings().provider(),
                    4,
                    median,
                    median * tail,
                    100,
                    Measurement.Source.PRODUCTION,
                    Fits.NOW));
        }
        LatencyEstimate estimate = new LearnedCosts(Fits.RATES, variants, measured).latency(Fits.PROFILE, large);
        assertThat(estimate).isNotNull();
        return Objects.requireNonNull(estimate);
    }

    private static Measurement measurement(Variant variant, String device, String profile, double millis) {
        return Fits.measurement(variant, device, profile, millis, 100);
    }
}

package io.fleetfit.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.cost.DeviceRates;
import io.fleetfit.onnx.GraphSummary.OperatorClass;
import io.fleetfit.profiles.Profile;
import io.fleetfit.profiles.Profiles;
import org.junit.jupiter.api.Test;

class ProfileCostsTest {
    private final Profiles profiles = Profiles.bundled();
    private final ProfileCosts costs = new ProfileCosts(profiles);

    @Test
    void every_bundled_profile_has_rates_for_every_operator_class() {
        for (Profile profile : profiles.all()) {
            // When
            DeviceRates rates = costs.of(profile.name());

            // Then
            assertThat(rates.gmacsPerSecond()).as(profile.name()).containsOnlyKeys(OperatorClass.values());
            assertThat(rates.reservedMemoryBytes()).as(profile.name()).isPositive();
        }
    }

    @Test
    void an_ad_hoc_profile_is_its_generic_one_by_cores_and_less_sure() {
        // Given
        DeviceRates generic = costs.of("generic-aarch64");
        int cores = profiles.find("generic-aarch64").orElseThrow().cores().value();

        // When
        DeviceRates half = costs.of("adhoc-aarch64-0xd0b-" + cores / 2 + "c-2g");
        DeviceRates more = costs.of("adhoc-aarch64-" + cores * 4 + "c-64g");

        // Then
        assertThat(half.memoryGigabytesPerSecond()).isEqualTo(generic.memoryGigabytesPerSecond() / 2);
        assertThat(more.memoryGigabytesPerSecond()).isEqualTo(generic.memoryGigabytesPerSecond());
        assertThat(half.relativeUncertainty()).isGreaterThan(generic.relativeUncertainty());
    }

    @Test
    void an_unknown_name_gets_slow_and_uncertain_rates() {
        // When
        DeviceRates unknown = costs.of("no-such-board");

        // Then
        for (Profile profile : profiles.all()) {
            if (profile.name().startsWith("generic-")) {
                DeviceRates generic = costs.of(profile.name());
                assertThat(unknown.gmacsPerSecond().get(OperatorClass.CONV_SPATIAL))
                        .isLessThan(generic.gmacsPerSecond().get(OperatorClass.CONV_SPATIAL));
                assertThat(unknown.relativeUncertainty()).isGreaterThan(generic.relativeUncertainty());
            }
        }
    }

    @Test
    void without_dot_products_eight_bits_are_not_taken_for_faster() {
        for (Profile profile : profiles.all()) {
            boolean dotProducts = profile.isaFeatures().value().contains("asimddp");
            if (!dotProducts) {
                assertThat(costs.of(profile.name()).int8Speedup())
                        .as(profile.name())
                        .isLessThanOrEqualTo(1);
            }
        }
        assertThat(costs.of("phone-high").int8Speedup()).isGreaterThan(1);
    }

    @Test
    void profiles_with_dot_products_are_a_class_of_their_own() {
        assertThat(costs.traits("phone-mid").isaClass())
                .isEqualTo(costs.traits("jetson-agx-orin").isaClass())
                .isNotEqualTo(costs.traits("raspberry-pi-4b-4gb").isaClass());
        assertThat(costs.traits("adhoc-aarch64-0xd0b-8c-4g").cores()).isEqualTo(8);
        assertThat(costs.traits("a").isaClass()).isNotEqualTo(costs.traits("b").isaClass());
    }
}

package io.fleetfit.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final Random random = new Random(3);

    @Test
    void a_device_that_keeps_its_pace_is_left_alone() {
        // Given 100 devices for 2,000 hours each, with 8 % of noise
        int alarms = 0;
        for (int device = 0; device < 100; device++) {
            Pace pace = Pace.NEW;
            for (int hour = 0; hour < 2_000; hour++) {
                pace = pace.with(20 * Math.exp(random.nextGaussian() * 0.08));
                if (pace.isSlower()) {
                    alarms++;
                    pace = Pace.NEW;
                }
            }
        }

        // Then
        assertThat(alarms).isLessThanOrEqualTo(3);
    }

    @Test
    void a_device_that_became_slower_is_noticed_within_a_day() {
        Pace pace = settled(20, 0.05);

        int hours = 0;
        while (!pace.isSlower() && hours < 1_000) {
            pace = pace.with(20 * 1.25 * Math.exp(random.nextGaussian() * 0.05));
            hours++;
        }

        assertThat(hours).isBetween(3, 24);
        assertThat(pace.levelMillis()).isCloseTo(20, within(2.0));
    }

    @Test
    void one_odd_hour_and_a_faster_device_are_no_reason() {
        Pace pace = settled(20, 0.05).with(2_000);
        assertThat(pace.isSlower()).isFalse();
        for (int hour = 0; hour < 100; hour++) {
            pace = pace.with(10);
        }
        assertThat(pace.isSlower()).isFalse();
        assertThat(pace.sum()).isZero();
    }

    private Pace settled(double millis, double noise) {
        Pace pace = Pace.NEW;
        for (int hour = 0; hour < 60; hour++) {
            pace = pace.with(millis * Math.exp(random.nextGaussian() * noise));
        }
        return pace;
    }
}

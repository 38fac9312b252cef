package io.fleetfit.rollout.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SequentialTestTest {
    @Test
    void looking_after_every_device_raises_no_more_false_alarms_than_promised() {
        Random random = new Random(1);
        int alarms = 0;
        for (int run = 0; run < 2_000; run++) {
            alarms += alarm(random, 0.1, 0.1, 0.05, 200) ? 1 : 0;
        }

        assertThat(alarms).isBetween(1, 100); // 5 % of 2,000
    }

    @Test
    void a_share_far_above_the_bound_is_found_within_a_canary() {
        Random random = new Random(2);
        int alarms = 0;
        for (int run = 0; run < 1_000; run++) {
            alarms += alarm(random, 0.3, 0.05, 0.01, 80) ? 1 : 0;
        }

        assertThat(alarms).isGreaterThanOrEqualTo(985);
    }

    private static boolean alarm(Random random, double share, double bound, double alpha, int devices) {
        int bad = 0;
        for (int n = 1; n <= devices; n++) {
            bad += random.nextDouble() < share ? 1 : 0;
            if (SequentialTest.isAbove(bad, n, bound, alpha)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void the_evidence_is_the_integral_that_it_claims_to_be() {
        double sum = 0;
        int steps = 200_000;
        for (int i = 0; i < steps; i++) {
            double p = 0.2 + 0.8 * (i + 0.5) / steps;
            sum += Math.pow(p / 0.2, 4) * Math.pow((1 - p) / 0.8, 6) / steps;
        }

        assertThat(SequentialTest.logEvidence(4, 10, 0.2)).isCloseTo(Math.log(sum), within(1e-6));
    }

    @Test
    void evidence_grows_with_bad_devices_and_falls_with_good_ones() {
        for (int n = 1; n < 60; n++) {
            for (int bad = 0; bad < n; bad++) {
                double now = SequentialTest.logEvidence(bad, n, 0.1);
                assertThat(SequentialTest.logEvidence(bad + 1, n, 0.1)).isGreaterThan(now);
            }
        }
        assertThat(SequentialTest.logEvidence(0, 0, 0.1)).isZero();
        assertThat(SequentialTest.logEvidence(0, 20, 0.1)).isNegative();
    }

    @Test
    void where_nothing_is_tolerated_one_bad_device_is_enough() {
        assertThat(SequentialTest.isAbove(1, 500, 0, 0.001)).isTrue();
        assertThat(SequentialTest.isAbove(0, 500, 0, 0.001)).isFalse();
    }

    @Test
    void bounds_hold_the_observed_share_between_them() {
        assertThat(SequentialTest.lower(6, 20, 0.05)).isBetween(0.05, 0.3);
        assertThat(SequentialTest.upper(6, 20, 0.05)).isBetween(0.3, 0.7);
        assertThat(SequentialTest.lower(0, 20, 0.05)).isZero();
        assertThat(SequentialTest.upper(20, 20, 0.05)).isEqualTo(1);
        assertThat(SequentialTest.isAbove(6, 20, SequentialTest.lower(6, 20, 0.05) - 1e-3, 0.05))
                .isTrue();
        assertThat(SequentialTest.isAbove(6, 20, SequentialTest.lower(6, 20, 0.05) + 1e-3, 0.05))
                .isFalse();
    }

    @Test
    void refuses_what_is_no_question() {
        assertThatThrownBy(() -> SequentialTest.logEvidence(3, 2, 0.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SequentialTest.logEvidence(-1, 2, 0.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SequentialTest.logEvidence(1, 2, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}

package io.fleetfit.rollout.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.rollout.gate.DeviceJudge.Judgement;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.GateRule.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceJudgeTest {
    private static final Reference USUAL = Reference.of(List.of(
            figures(1_000, 0, 10.0, List.of(500L, 500L), 100L, 40.0),
            figures(1_000, 20, 12.0, List.of(500L, 500L), 110L, null),
            figures(1_000, 0, 14.0, List.of(500L, 500L), 120L, null)));

    private static DeviceFigures figures(
            long inferences,
            long errors,
            @Nullable Double p95,
            List<Long> classes,
            @Nullable Long memory,
            @Nullable Double celsius) {
        return new DeviceFigures(inferences, errors, p95, classes, memory, celsius);
    }

    private static Judgement judge(Kind kind, DeviceFigures figures, @Nullable Double policy) {
        return DeviceJudge.judge(GateRule.of(kind), figures, USUAL, policy);
    }

    private static DeviceFigures latency(long inferences, double p95) {
        return figures(inferences, 0, p95, List.of(), null, null);
    }

    @Test
    void latency_is_held_against_the_median_of_the_old_version_and_against_the_policy() {
        assertThat(judge(Kind.LATENCY, latency(50, 15.0), null)).isEqualTo(Judgement.GOOD);
        assertThat(judge(Kind.LATENCY, latency(50, 15.1), null)).isEqualTo(Judgement.BAD);
        assertThat(judge(Kind.LATENCY, latency(50, 13.0), 12.5)).isEqualTo(Judgement.BAD);
        assertThat(judge(Kind.LATENCY, latency(49, 90.0), null)).isEqualTo(Judgement.UNMEASURED);
        assertThat(DeviceJudge.judge(GateRule.of(Kind.LATENCY), latency(50, 90.0), Reference.none(), null))
                .isEqualTo(Judgement.UNMEASURED);
        assertThat(DeviceJudge.judge(GateRule.of(Kind.LATENCY), latency(50, 90.0), Reference.none(), 80.0))
                .isEqualTo(Judgement.BAD);
    }

    @Test
    void errors_must_be_more_than_chance() {
        assertThat(judge(Kind.ERRORS, figures(98, 2, 1.0, List.of(), null, null), null))
                .isEqualTo(Judgement.GOOD);
        assertThat(judge(Kind.ERRORS, figures(90, 10, 1.0, List.of(), null, null), null))
                .isEqualTo(Judgement.BAD);
        assertThat(judge(Kind.ERRORS, figures(10, 10, 1.0, List.of(), null, null), null))
                .isEqualTo(Judgement.UNMEASURED);
    }

    @Test
    void answers_must_have_moved_by_more_than_the_limit_and_chance() {
        assertThat(judge(Kind.DRIFT, figures(100, 0, 1.0, List.of(55L, 45L), null, null), null))
                .isEqualTo(Judgement.GOOD);
        assertThat(judge(Kind.DRIFT, figures(100, 0, 1.0, List.of(95L, 5L), null, null), null))
                .isEqualTo(Judgement.BAD);
        assertThat(judge(Kind.DRIFT, figures(100, 0, 1.0, List.of(20L, 10L), null, null), null))
                .isEqualTo(Judgement.UNMEASURED);
    }

    @Test
    void a_distribution_that_did_not_move_is_seldom_said_to_have() {
        Random random = new Random(3);
        int moved = 0;
        for (int run = 0; run < 2_000; run++) {
            moved += Drift.moved(sample(random, 60), sample(random, 2_000), 0) ? 1 : 0;
        }

        assertThat(moved).isLessThan(20);
        assertThat(Drift.index(List.of(10L, 20L), List.of(10L, 20L))).isZero();
        assertThat(Drift.byChance(List.of(5L), List.of(5L))).isInfinite();
        assertThat(Drift.byChance(List.of(), List.of(5L, 5L))).isInfinite();
    }

    private static List<Long> sample(Random random, int size) {
        long[] counts = new long[5];
        for (int i = 0; i < size; i++) {
            counts[random.nextInt(5)]++;
        }
        List<Long> list = new ArrayList<>();
        for (long count : counts) {
            list.add(count);
        }
        return list;
    }

    @Test
    void memory_and_temperature_have_bounds() {
        assertThat(judge(Kind.MEMORY, figures(0, 0, null, List.of(), 165L, null), null))
                .isEqualTo(Judgement.GOOD);
        assertThat(judge(Kind.MEMORY, figures(0, 0, null, List.of(), 166L, null), null))
                .isEqualTo(Judgement.BAD);
        assertThat(judge(Kind.MEMORY, DeviceFigures.none(), null)).isEqualTo(Judgement.UNMEASURED);
        assertThat(judge(Kind.TEMPERATURE, figures(0, 0, null, List.of(), null, 85.0), null))
                .isEqualTo(Judgement.GOOD);
        assertThat(judge(Kind.TEMPERATURE, figures(0, 0, null, List.of(), null, 85.1), null))
                .isEqualTo(Judgement.BAD);
        assertThat(judge(Kind.TEMPERATURE, DeviceFigures.none(), null)).isEqualTo(Judgement.UNMEASURED);
        assertThatThrownBy(() -> judge(Kind.FAILURES, DeviceFigures.none(), null))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

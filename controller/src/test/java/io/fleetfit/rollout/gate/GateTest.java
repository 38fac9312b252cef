package io.fleetfit.rollout.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.rollout.plan.GateRule;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final GateRule RULE = GateRule.of(GateRule.Kind.FAILURES).tolerating(0.05, 10);

    private static Evidence decide(Tally wave, Tally control, boolean over) {
        return Gate.decide(new Gate.Question(RULE, null, wave, control, 0.01, over));
    }

    @Test
    void passes_only_at_the_end_with_enough_devices_and_few_bad_ones() {
        assertThat(decide(new Tally(20, 20, 1), Tally.NONE, true).verdict()).isEqualTo(GateVerdict.PASS);
        assertThat(decide(new Tally(20, 20, 1), Tally.NONE, false).verdict()).isEqualTo(GateVerdict.RUNNING);
        assertThat(decide(new Tally(20, 20, 2), Tally.NONE, true).verdict()).isEqualTo(GateVerdict.INCONCLUSIVE);
        assertThat(decide(new Tally(9, 9, 0), Tally.NONE, true).verdict()).isEqualTo(GateVerdict.INCONCLUSIVE);
        assertThat(decide(Tally.NONE, Tally.NONE, true).verdict()).isEqualTo(GateVerdict.INCONCLUSIVE);
    }

    @Test
    void fails_as_soon_as_the_evidence_is_there() {
        Evidence failed = decide(new Tally(20, 12, 8), Tally.NONE, false);

        assertThat(failed.verdict()).isEqualTo(GateVerdict.FAIL);
        assertThat(failed.observed()).isEqualTo(8 / 12.0);
        assertThat(failed.samples()).isEqualTo(12);
        assertThat(failed.detail()).contains("8 of 12 devices failed", "5.0 % tolerated");
        assertThat(failed.lower()).isGreaterThan(0.05);
    }

    @Test
    void tolerates_what_comparable_devices_do_without_an_update() {
        Tally wave = new Tally(40, 40, 12);

        assertThat(decide(wave, Tally.NONE, true).verdict()).isEqualTo(GateVerdict.FAIL);
        Evidence compared = decide(wave, new Tally(100, 100, 25), true);
        assertThat(compared.verdict()).isEqualTo(GateVerdict.PASS);
        assertThat(compared.threshold()).isBetween(0.25, 0.4);
        assertThat(decide(wave, new Tally(100, 100, 0), true).threshold()).isEqualTo(0.05);
    }
}

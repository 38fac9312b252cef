package io.fleetfit.deploy.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.RolloutPlan;
import io.fleetfit.rollout.plan.Span;
import io.fleetfit.rollout.plan.WaveRule;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Fleets under every fault keep every invariant, seed by seed; a seed that fails is named and can be run again. */
class SimulationTest {
    static {
        Logger.getLogger("io.fleetfit.agent").setLevel(Level.OFF); // thousands of devices that fail as told
    }

    private static final long FIRST = 1;
    private static final RolloutPlan PLAN = RolloutPlan.of(
            List.of(WaveRule.ofCount(4, Span.minutes(5)), WaveRule.ofPercent(50, Span.minutes(5))),
            List.of(GateRule.of(GateRule.Kind.FAILURES).tolerating(0.05, 4)));

    @Test
    void five_hundred_fleets_keep_the_invariants_under_every_fault() {
        assertThat(run(FIRST, 500)).hasSizeGreaterThan(2);
    }

    @Test
    @Tag("soak")
    void ten_thousand_fleets_keep_the_invariants_under_every_fault() {
        assertThat(run(1_000_000, 10_000)).hasSizeGreaterThan(2);
    }

    /** Ends that were reached, so that a run in which nothing ever happens does not pass. */
    private static Map<Rollout.State, Integer> run(long first, int count) {
        Map<Rollout.State, Integer> ends = new EnumMap<>(Rollout.State.class);
        for (long seed = first; seed < first + count; seed++) {
            ends.merge(Simulation.run(Scenario.rough(seed), seed).state(), 1, Integer::sum);
        }
        System.out.println(count + " seeds from " + first + ": " + ends);
        return ends;
    }

    @Test
    void a_seed_gives_the_same_run_again() {
        Simulation.Outcome first = Simulation.run(Scenario.rough(7), 7);
        Simulation.Outcome second = Simulation.run(Scenario.rough(7), 7);

        assertThat(second).isEqualTo(first);
    }

    @Test
    void without_faults_every_device_gets_the_new_version() {
        Scenario calm = new Scenario(20, 0, PLAN, 0, Faults.none(), 0, 1, 1);

        assertThat(Simulation.run(calm, 5).state()).isEqualTo(Rollout.State.SUCCEEDED);
    }
}

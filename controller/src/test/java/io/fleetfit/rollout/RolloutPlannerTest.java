package io.fleetfit.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.Conflict;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.Progress.Phase;
import io.fleetfit.rollout.gate.DeviceFigures;
import io.fleetfit.rollout.gate.GateVerdict;
import io.fleetfit.rollout.gate.Reference;
import io.fleetfit.rollout.gate.Tally;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.GateRule.Kind;
import io.fleetfit.rollout.plan.Limits;
import io.fleetfit.rollout.plan.PreStage;
import io.fleetfit.rollout.plan.RateRule;
import io.fleetfit.rollout.plan.Reaction;
import io.fleetfit.rollout.plan.RolloutPlan;
import io.fleetfit.rollout.plan.Span;
import io.fleetfit.rollout.plan.StartRule;
import io.fleetfit.rollout.plan.WaveRule;
import io.fleetfit.rollout.plan.Window;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RolloutPlannerTest {
    private static final Span SOAK = Span.minutes(10);
    private static final List<WaveRule> THREE =
            List.of(WaveRule.ofCount(20, SOAK), WaveRule.ofPercent(50, SOAK), WaveRule.ofPercent(100, SOAK));
    private static final GateRule FAILURES = GateRule.of(Kind.FAILURES).tolerating(0.05, 10);

    private static RolloutPlan plan(
            @Nullable Limits limits,
            @Nullable StartRule start,
            RolloutPlan.@Nullable Reactions reactions,
            GateRule... gates) {
        return new RolloutPlan(THREE, null, start, null, limits, null, List.of(gates), reactions);
    }

    private static RolloutPlan gated(GateRule... gates) {
        return RolloutPlan.of(THREE, List.of(gates));
    }

    private static Set<String> some(PlannerRig rig, int count) {
        return new HashSet<>(List.copyOf(rig.ids(State.UPDATING)).subList(0, count));
    }

    @Test
    void a_good_version_goes_through_all_waves() {
        PlannerRig rig = new PlannerRig(gated(FAILURES), 100, "pi", "nano");
        rig.settle();
        assertThat(rig.count(State.UPDATING)).isEqualTo(20);

        for (int exposed : new int[] {20, 50, 100}) {
            assertThat(rig.count(State.UPDATING) + rig.count(State.SUCCEEDED)).isEqualTo(exposed);
            rig.report(Set.of());
            rig.settle();
            assertThat(rig.count(State.SUCCEEDED))
                    .as("watched before the next wave")
                    .isEqualTo(exposed);
            rig.soak();
            rig.settle();
        }

        assertThat(rig.rollout()).isEqualTo(Rollout.State.SUCCEEDED);
        assertThat(rig.notes).containsSubsequence("begin", "wave", "pass", "wave", "pass", "wave", "pass", "end");
        assertThat(rig.state.progress().waves()).allMatch(it -> it.failed() == 0);
        assertThat(rig.state.progress().evidence()).allMatch(it -> it.verdict() == GateVerdict.PASS);
    }

    @Test
    void a_bad_version_is_taken_back_after_every_variant_was_tried() {
        PlannerRig rig = new PlannerRig(gated(FAILURES), 100);
        rig.settle();
        rig.report(rig.ids(State.UPDATING)); // all fail with the best, and try the next best at once
        assertThat(rig.in(State.UPDATING)).allMatch(it -> PlannerRig.NEXT.equals(it.variant()));
        assertThat(rig.state.progress().givenUp()).containsExactly(PlannerRig.BEST);
        rig.settle();

        rig.report(rig.ids(State.UPDATING));

        assertThat(rig.rollout()).isEqualTo(Rollout.State.ABORTING);
        assertThat(rig.state.rollout().reason()).contains("FAILURES", "20 of 20 devices failed");
        rig.settle();
        assertThat(rig.count(State.REVERTING)).isEqualTo(20);
        assertThat(rig.count(State.ABORTED)).isEqualTo(80);
        rig.report(Set.of());
        rig.settle();
        assertThat(rig.count(State.REVERTED)).isEqualTo(20);
        assertThat(rig.rollout()).isEqualTo(Rollout.State.FAILED);
        assertThat(rig.notes).contains("give-up", "revert", "end");
    }

    @Test
    void a_variant_that_fails_is_given_up_and_its_devices_move_on() {
        PlannerRig rig = new PlannerRig(gated(FAILURES), 100);
        rig.settle();

        rig.report(some(rig, 10));
        rig.settle();

        assertThat(rig.state.progress().givenUp()).containsExactly(PlannerRig.BEST);
        assertThat(rig.in(State.UPDATING)).hasSize(20).allMatch(it -> PlannerRig.NEXT.equals(it.variant()));
        assertThat(rig.state.progress().phase()).isEqualTo(Phase.ROLLING);
        rig.report(Set.of());
        rig.soak();
        rig.settle();
        assertThat(rig.in(State.UPDATING))
                .as("the next wave never gets what was given up")
                .hasSize(30)
                .allMatch(it -> PlannerRig.NEXT.equals(it.variant()));
    }

    @Test
    void without_fallback_the_version_is_given_up() {
        RolloutPlan plan =
                plan(null, null, new RolloutPlan.Reactions(Reaction.KEEP, null, null, false, null), FAILURES);
        PlannerRig rig = new PlannerRig(plan, 100);
        rig.settle();

        rig.report(some(rig, 10));
        rig.settle();

        assertThat(rig.rollout()).isEqualTo(Rollout.State.FAILED);
        assertThat(rig.count(State.SUCCEEDED)).as("kept").isEqualTo(10);
        assertThat(rig.count(State.FAILED)).isEqualTo(10);
        assertThat(rig.count(State.ABORTED)).isEqualTo(80);
    }

    @Test
    void a_gate_that_pauses_is_acknowledged_by_a_resume() {
        RolloutPlan plan =
                plan(null, null, new RolloutPlan.Reactions(Reaction.PAUSE, null, null, false, null), FAILURES);
        PlannerRig rig = new PlannerRig(plan, 100);
        rig.settle();
        rig.report(some(rig, 10));
        assertThat(rig.rollout()).isEqualTo(Rollout.State.PAUSED);
        rig.settle();
        assertThat(rig.rollout()).isEqualTo(Rollout.State.PAUSED);

        rig.take(Orders.resume(rig.state, "seen", rig.now));
        rig.settle();

        assertThat(rig.rollout()).isEqualTo(Rollout.State.RUNNING);
        assertThat(rig.state.progress().evidence().get(0).bad()).isZero();
        assertThat(rig.notes).contains("pause", "resume");
    }

    @Test
    void silence_after_the_activation_stops_the_version_at_once() {
        GateRule silence = GateRule.of(Kind.SILENCE).tolerating(0.05, 10);
        PlannerRig rig = new PlannerRig(gated(silence), 100);
        rig.settle();
        rig.report(Set.of());

        rig.silent(12);

        assertThat(rig.rollout()).isEqualTo(Rollout.State.ABORTING);
        assertThat(rig.state.progress().givenUp()).isEmpty();
        assertThat(rig.state.rollout().reason()).contains("SILENCE");
    }

    @Test
    void silence_that_comparable_devices_show_too_is_no_fault() {
        GateRule silence = GateRule.of(Kind.SILENCE).tolerating(0.05, 10);
        PlannerRig rig = new PlannerRig(gated(silence), 100);
        rig.control = Map.of(0, new Tally(80, 80, 40));
        rig.settle();
        rig.report(Set.of());

        rig.silent(10);
        rig.soak();
        rig.settle();

        assertThat(rig.state.progress().wave()).isEqualTo(1);
    }

    @Test
    void slow_devices_fail_the_latency_gate_and_unmeasured_ones_hold_the_wave() {
        RolloutPlan.Reactions reactions = new RolloutPlan.Reactions(null, null, Span.minutes(30), false, null);
        RolloutPlan plan = plan(null, null, reactions, GateRule.of(Kind.LATENCY));
        PlannerRig unmeasured = new PlannerRig(plan, 100);
        unmeasured.settle();
        unmeasured.report(Set.of());
        unmeasured.soak();
        unmeasured.settle();
        assertThat(unmeasured.state.progress().phase()).isEqualTo(Phase.HELD);
        assertThat(unmeasured.state.rollout().reason()).contains("LATENCY", "10 devices are needed");
        unmeasured.pass(Duration.ofMinutes(29));
        unmeasured.settle();
        assertThat(unmeasured.rollout()).isEqualTo(Rollout.State.RUNNING);
        unmeasured.pass(Duration.ofMinutes(1));
        unmeasured.settle();
        assertThat(unmeasured.rollout()).isEqualTo(Rollout.State.PAUSED);

        PlannerRig slow = new PlannerRig(plan, 100);
        slow.settle();
        slow.report(Set.of());
        slow.measured(
                new DeviceFigures(100, 0, 15.0, List.of(), null, null), new Reference(30, 10.0, 0, List.of(), null));
        assertThat(slow.rollout()).isEqualTo(Rollout.State.ABORTING);
    }

    @Test
    void a_query_fails_after_three_looks_in_a_row() {
        GateRule query = new GateRule(Kind.QUERY, null, null, 5.0, null, null, "up");
        PlannerRig rig = new PlannerRig(gated(query), 100);
        for (double value : new double[] {6, 6, 4, 6, 6, Double.NaN}) {
            rig.queries = Map.of(0, value);
            rig.step(List.of(), List.of(), List.of(), List.of(), List.of());
        }
        assertThat(rig.rollout()).isEqualTo(Rollout.State.RUNNING);

        rig.queries = Map.of(0, 6.0);
        rig.step(List.of(), List.of(), List.of(), List.of(), List.of());

        assertThat(rig.rollout()).isEqualTo(Rollout.State.ABORTING);
    }

    @Test
    void limits_hold_back() {
        PlannerRig rig = new PlannerRig(plan(new Limits(7, null, null, null), null, null), 100);
        rig.settle();
        assertThat(rig.count(State.UPDATING)).isEqualTo(7);

        RolloutPlan rate = new RolloutPlan(null, new RateRule(60, 2.0, 10, 600.0), null, null, null, null, null, null);
        PlannerRig slow = new PlannerRig(rate, 100);
        slow.settle();
        assertThat(slow.count(State.UPDATING)).isEqualTo(1);
        slow.pass(Duration.ofSeconds(9));
        slow.settle();
        assertThat(slow.count(State.UPDATING)).isEqualTo(10);
        slow.report(Set.of());
        slow.pass(Duration.ofSeconds(5));
        slow.settle();
        assertThat(slow.count(State.UPDATING)).as("twice as fast").isEqualTo(10);

        PlannerRig bytes = new PlannerRig(plan(new Limits(null, null, 2_000L, null), null, null), 100);
        bytes.settle();
        assertThat(bytes.count(State.UPDATING)).isEqualTo(1);
        bytes.pass(Duration.ofSeconds(2));
        bytes.settle();
        assertThat(bytes.count(State.UPDATING)).isBetween(4, 6);
    }

    @Test
    void groups_and_windows_hold_back_and_do_not_end_a_wave() {
        Window window = new Window("08:00", "12:00", null, null, null);
        RolloutPlan plan = new RolloutPlan(
                null,
                null,
                null,
                window,
                new Limits(null, new Limits.Unavailable("site", 2), null, null),
                null,
                null,
                null);
        PlannerRig rig = new PlannerRig(plan, 12);
        rig.devices.replaceAll((id, it) ->
                PlannerRig.device(id, "pi", Integer.parseInt(id.substring(1)) < 6 ? "Asia/Tokyo" : "UTC", "s"));
        rig.settle();
        assertThat(rig.count(State.UPDATING))
                .as("09:00 in Tokyo, midnight in UTC")
                .isEqualTo(2);
        rig.report(Set.of());
        rig.settle();
        rig.report(Set.of());
        rig.settle();
        rig.report(Set.of());
        rig.settle();
        assertThat(rig.count(State.SUCCEEDED)).isEqualTo(6);
        assertThat(rig.rollout()).isEqualTo(Rollout.State.RUNNING);

        rig.pass(Duration.ofHours(9));
        for (int i = 0; i < 4; i++) {
            rig.settle();
            rig.report(Set.of());
        }
        rig.settle();
        assertThat(rig.rollout()).isEqualTo(Rollout.State.SUCCEEDED);
    }

    @Test
    void waits_for_its_time_other_deployments_and_approvals() {
        StartRule start = new StartRule(PlannerRig.BEGIN.plusSeconds(60), List.of("base"), true, null);
        PlannerRig rig = new PlannerRig(plan(null, start, null), 100);
        rig.settle();
        assertThat(rig.state.rollout().reason()).contains("begins at");
        rig.pass(Duration.ofSeconds(60));
        rig.waitsFor = "waits for base";
        rig.settle();
        assertThat(rig.rollout()).isEqualTo(Rollout.State.WAITING);
        assertThat(rig.state.rollout().reason()).isEqualTo("waits for base");
        rig.waitsFor = null;
        rig.settle();
        assertThat(rig.state.progress().phase()).isEqualTo(Phase.APPROVAL);
        assertThat(rig.count(State.UPDATING)).isZero();

        rig.take(Orders.promote(rig.state, "go", rig.now));
        rig.settle();

        assertThat(rig.count(State.UPDATING)).isEqualTo(20);
        assertThatThrownBy(() -> Orders.promote(rig.state, "go", rig.now)).isInstanceOf(Conflict.class);
    }

    @Test
    void stages_first_and_activates_later() {
        RolloutPlan plan = new RolloutPlan(THREE, null, null, null, null, new PreStage(null), null, null);
        PlannerRig rig = new PlannerRig(plan, 100);
        rig.settle();
        assertThat(rig.count(State.STAGING)).isEqualTo(100);
        rig.report(Set.of("d1"));
        rig.settle();
        assertThat(rig.count(State.STAGED)).isEqualTo(99);
        assertThat(rig.count(State.FAILED)).isEqualTo(1);
        assertThat(rig.state.rollout().reason()).contains("activate");

        rig.take(Orders.promote(rig.state, "now", rig.now));
        rig.settle();

        assertThat(rig.count(State.UPDATING)).isBetween(19, 20);
        rig.take(Orders.abort(rig.state, AbortMode.KEEP, "stop", rig.now));
        rig.settle();
        assertThat(rig.count(State.STAGED) + rig.count(State.UPDATING)).isZero();
    }

    @Test
    void activates_at_its_time_whatever_is_staged() {
        PreStage at = new PreStage(PlannerRig.BEGIN.plusSeconds(100));
        PlannerRig rig = new PlannerRig(new RolloutPlan(THREE, null, null, null, null, at, null, null), 100);
        rig.settle();
        assertThat(rig.count(State.STAGING)).isEqualTo(100);

        rig.pass(Duration.ofSeconds(100));
        rig.report(Set.of());
        rig.settle();

        assertThat(rig.state.progress().phase()).isEqualTo(Phase.ROLLING);
        assertThat(rig.count(State.UPDATING)).isEqualTo(20);
    }

    @Test
    void a_device_that_never_answered_is_called_off_and_comes_again_last() {
        PlannerRig rig = new PlannerRig(gated(FAILURES), 100);
        rig.settle();
        rig.overdue();
        assertThat(rig.count(State.FAILED)).isEqualTo(20);
        assertThat(rig.state.progress().evidence().get(0).bad())
                .as("no fault of the version")
                .isZero();
        DeviceUpdate back = rig.in(State.FAILED).get(0);

        rig.step(List.of(rig.report(back, UpdateState.COMMITTED, null)), List.of(), List.of(), List.of(), List.of());

        DeviceUpdate again = rig.device(back.deviceId());
        assertThat(again.state()).isEqualTo(State.PENDING);
        assertThat(again.place().order()).isGreaterThanOrEqualTo(DeviceUpdate.Place.LATER);
    }

    @Test
    void a_device_that_answered_and_never_finished_counts_as_failed_until_it_does() {
        PlannerRig rig = new PlannerRig(gated(FAILURES), 100);
        rig.settle();
        DeviceUpdate one = rig.in(State.UPDATING).get(0);
        rig.step(List.of(rig.report(one, UpdateState.DOWNLOADING, null)), List.of(), List.of(), List.of(), List.of());
        DeviceUpdate seen = rig.device(one.deviceId());
        rig.step(List.of(), List.of(seen), List.of(), List.of(), List.of());
        assertThat(rig.state.progress().evidence().get(0).bad()).isEqualTo(1);
        DeviceUpdate late = rig.device(one.deviceId());

        rig.step(List.of(rig.report(late, UpdateState.COMMITTED, null)), List.of(), List.of(), List.of(), List.of());

        assertThat(rig.state.progress().evidence().get(0).bad()).isZero();
        assertThat(rig.count(State.SUCCEEDED)).isEqualTo(1);
    }

    @Test
    void a_slot_of_a_higher_priority_is_skipped_and_one_at_work_is_waited_for() {
        PlannerRig rig = new PlannerRig(RolloutPlan.atOnce(), 3);
        rig.owners.put("d0", "other");
        rig.busy.add("d1");
        rig.settle();
        assertThat(rig.ids(State.SKIPPED)).containsExactly("d0");
        assertThat(rig.ids(State.PENDING)).containsExactly("d1");
        assertThat(rig.ids(State.UPDATING)).containsExactly("d2");

        rig.busy.clear();
        rig.report(Set.of());
        rig.settle();
        rig.report(Set.of());
        rig.settle();

        assertThat(rig.rollout()).isEqualTo(Rollout.State.SUCCEEDED);
    }

    @Test
    void without_gates_one_failure_fails_the_rollout_and_a_retry_mends_it() {
        PlannerRig rig = new PlannerRig(RolloutPlan.atOnce(), 3);
        rig.ranking = List.of(PlannerRig.BEST);
        rig.settle();
        rig.report(Set.of("d1"));
        rig.settle();
        assertThat(rig.rollout()).isEqualTo(Rollout.State.FAILED);
        assertThat(rig.state.rollout().reason()).isEqualTo("1 of 3 devices failed");

        rig.take(Orders.retry(rig.state, rig.in(State.FAILED), "again", rig.now));
        rig.settle();
        rig.report(Set.of());
        rig.settle();

        assertThat(rig.rollout()).isEqualTo(Rollout.State.SUCCEEDED);
        assertThat(rig.device("d1").watch().attempts()).isEqualTo(1);
    }

    @Test
    void a_device_that_joins_follows_after_the_end_and_a_failing_one_stops_that() {
        PlannerRig rig = new PlannerRig(
                RolloutPlan.of(List.of(), List.of(GateRule.of(Kind.FAILURES).tolerating(0, 1))), 3);
        rig.settle();
        rig.report(Set.of());
        rig.settle();
        assertThat(rig.rollout()).isEqualTo(Rollout.State.SUCCEEDED);

        DeviceUpdate joined = PlannerRig.device("late", "pi", "UTC", "");
        rig.devices.put("late", joined.with(joined.place().later()));
        rig.take(Orders.join(rig.state, joined, List.of(PlannerRig.BEST), rig.now));
        rig.settle();
        assertThat(rig.ids(State.UPDATING)).containsExactly("late");
        rig.ranking = List.of(PlannerRig.BEST);
        rig.report(Set.of("late"));

        assertThat(rig.rollout()).isEqualTo(Rollout.State.ABORTING);
        assertThat(RolloutPlanner.isFollowed(rig.state)).isFalse();
    }

    @Test
    void an_abort_with_revert_takes_everybody_back_and_asks_nobody() {
        PlannerRig rig = new PlannerRig(gated(), 100);
        rig.settle();
        rig.report(Set.of());
        rig.soak();
        rig.settle();
        Set<String> before = rig.ids(State.PENDING);

        rig.take(Orders.abort(rig.state, AbortMode.REVERT, "stop", rig.now));
        rig.settle();

        assertThat(rig.ids(State.ABORTED))
                .as("never asked, or never heard of")
                .containsAll(before)
                .hasSize(80);
        assertThat(rig.count(State.REVERTING)).isEqualTo(20);
        rig.overdue();
        rig.settle();
        assertThat(rig.rollout()).isEqualTo(Rollout.State.ABORTED);
        assertThatThrownBy(() -> Orders.abort(rig.state, AbortMode.KEEP, "", rig.now))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> Orders.pause(rig.state, "", rig.now)).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> Orders.resume(rig.state, "", rig.now)).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> Orders.retry(rig.state, List.of(), "", rig.now))
                .isInstanceOf(Conflict.class);
    }

    @Test
    void a_paused_rollout_asks_nobody_and_still_stops_when_a_gate_fails() {
        PlannerRig rig = new PlannerRig(
                plan(
                        new Limits(12, null, null, null),
                        null,
                        new RolloutPlan.Reactions(null, null, null, false, null),
                        FAILURES),
                100);
        rig.settle();
        rig.take(Orders.pause(rig.state, "a moment", rig.now));
        rig.report(Set.of());
        rig.settle();
        assertThat(rig.count(State.UPDATING)).isZero();
        rig.take(Orders.resume(rig.state, "go on", rig.now));
        rig.settle();
        assertThat(rig.count(State.UPDATING)).isEqualTo(8);
        rig.take(Orders.pause(rig.state, "once more", rig.now));

        rig.report(rig.ids(State.UPDATING));

        assertThat(rig.rollout()).isEqualTo(Rollout.State.ABORTING);
    }

    @Test
    void shows_itself() {
        PlannerRig rig = new PlannerRig(gated(FAILURES), 100);
        rig.settle();
        rig.pass(Duration.ofSeconds(40));
        rig.report(some(rig, 1));
        rig.pass(Duration.ofSeconds(60));

        RolloutView view = RolloutView.of(rig.state, rig.now);

        assertThat(view.wave()).isEqualTo(1);
        assertThat(view.waves()).extracting(RolloutView.Wave::devices).containsExactly(20L, 30L, 50L);
        assertThat(view.waves()).extracting(RolloutView.Wave::state).containsExactly("ACTIVE", "NEXT", "NEXT");
        assertThat(view.waves().get(0).watched()).isEqualTo(19);
        assertThat(view.verdict()).isEqualTo(GateVerdict.RUNNING);
        assertThat(view.etaSeconds()).isBetween(1_700L, 2_100L);
    }
}

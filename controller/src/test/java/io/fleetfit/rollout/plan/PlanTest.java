package io.fleetfit.rollout.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.registry.Invalid;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {
    private static final ObjectMapper JSON = JsonCodec.mapper();

    private static RolloutPlan plan(String yaml) throws IOException {
        return JSON.treeToValue(new YAMLMapper().readTree(yaml), RolloutPlan.class);
    }

    @Test
    void an_empty_plan_is_all_devices_at_once() throws IOException {
        RolloutPlan plan = PlanCheck.checked(plan("{}"));

        assertThat(plan.allWaves()).hasSize(1);
        assertThat(plan.allWaves().get(0).upTo(7)).isEqualTo(7);
        assertThat(plan.allGates()).isEmpty();
        assertThat(plan.bounds().maxInFlight()).isEqualTo(1_000);
        assertThat(plan.reacting().failure()).isEqualTo(Reaction.REVERT);
        assertThat(plan.reacting().indecision()).isEqualTo(Reaction.PAUSE);
        assertThat(plan.reacting().fallsBack()).isTrue();
    }

    @Test
    void a_plan_survives_its_json() throws IOException {
        RolloutPlan plan = plan("""
                waves: [{count: 5, soak: 10m}, {percent: 25, soak: 1h, approval: true}]
                rate: {perMinute: 10, factor: 2, everySuccesses: 50}
                start: {at: "2026-11-24T00:00:00Z", after: [base], priority: 3, approval: true}
                window: {from: "22:00", to: "05:00", days: [sat, SUNDAY], zone: Europe/Berlin}
                limits: {inFlight: 9, unavailable: {label: site, max: 2}, bytesPerSecond: 5, deviceTimeout: 90s}
                preStage: {}
                gates: [{kind: failures}, {kind: SILENCE, after: 3m}, {kind: query, query: up, limit: 1}]
                reactions: {onFail: pause, onInconclusive: promote, holdLimit: 2h, fallback: false, falseAlarm: 0.05}
                """);

        assertThat(JSON.treeToValue(JSON.valueToTree(plan), RolloutPlan.class)).isEqualTo(PlanCheck.checked(plan));
        assertThat(plan.allWaves()).hasSize(3);
        assertThat(plan.allWaves().get(1).needsApproval()).isTrue();
        assertThat(plan.starting().rank()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "waves: [{}]|waves[0]",
                "waves: [{count: 1, percent: 2}]|waves[0]",
                "waves: [{count: 0}]|waves[0].count",
                "waves: [{percent: 101}]|waves[0].percent",
                "waves: [{count: 5}, {count: 5}]|waves[1]",
                "waves: [{percent: 50}, {percent: 20}]|waves[1]",
                "rate: {perMinute: 0}|rate.perMinute",
                "rate: {perMinute: 1, factor: 0.5}|rate.factor",
                "rate: {perMinute: 1, everySuccesses: 0}|rate.everySuccesses",
                "rate: {perMinute: 5, maxPerMinute: 1}|rate.maxPerMinute",
                "window: {from: x, to: '05:00'}|window.from",
                "window: {from: '05:00', to: '05:00'}|window.to",
                "window: {from: '05:00', to: '06:00', days: [xx]}|window.days",
                "window: {from: '05:00', to: '06:00', zone: Nowhere}|window.zone",
                "limits: {inFlight: 0}|limits.inFlight",
                "limits: {bytesPerSecond: 0}|limits.bytesPerSecond",
                "limits: {unavailable: {label: a, max: 0}}|limits.unavailable.max",
                "limits: {unavailable: {max: 1}}|limits.unavailable.label",
                "gates: [{}]|gates[0].kind",
                "gates: [{kind: failures, tolerated: 1}]|gates[0].tolerated",
                "gates: [{kind: failures, minSamples: 0}]|gates[0].minSamples",
                "gates: [{kind: latency, minInferences: 0}]|gates[0].minInferences",
                "gates: [{kind: query, limit: 1}]|gates[0].query",
                "gates: [{kind: query, query: up}]|gates[0].limit",
                "waves: [{count: 5, soak: 3m}]\\ngates: [{kind: silence}]|waves.soak",
                "reactions: {onFail: promote}|reactions.onFail",
                "reactions: {falseAlarm: 0.5}|reactions.falseAlarm"
            })
    void a_plan_that_cannot_be_meant_is_refused_by_field(String yaml, String field) throws IOException {
        RolloutPlan plan = plan(yaml.replace("\\n", "\n"));

        assertThatThrownBy(() -> PlanCheck.checked(plan))
                .isInstanceOfSatisfying(
                        Invalid.class, it -> assertThat(it.field()).isEqualTo(field));
    }

    @Test
    void words_that_are_none_are_refused() {
        assertThatThrownBy(() -> Reaction.parse("cry")).hasMessageContaining("pause, keep, revert, promote");
        assertThatThrownBy(() -> Span.parse("1y")).hasMessageContaining("1y");
        assertThat(List.of("30s", "15m", "2h", "7d", "0s"))
                .allMatch(it -> Span.parse(it).toString().equals(it));
    }

    @Test
    void the_rate_grows_with_successes_up_to_its_bound() {
        RateRule rate = new RateRule(10, 2.0, 50, 35.0);

        assertThat(List.of(rate.perMinute(0), rate.perMinute(49), rate.perMinute(50), rate.perMinute(100)))
                .containsExactly(10.0, 10.0, 20.0, 35.0);
        assertThat(new RateRule(10, null, null, null).perMinute(1_000_000)).isEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({
        "UTC, 2026-11-27T22:00:00Z, true", // Friday
        "UTC, 2026-11-28T04:59:00Z, true", // begun on Friday
        "UTC, 2026-11-28T05:00:00Z, false",
        "UTC, 2026-11-28T22:30:00Z, false", // Saturday
        "UTC, 2026-11-27T04:00:00Z, false", // would have begun on Thursday
        "Asia/Tokyo, 2026-11-27T13:30:00Z, true"
    })
    void a_window_over_midnight_belongs_to_the_day_on_which_it_begins(String zone, Instant now, boolean open) {
        Window window = new Window("22:00", "05:00", List.of("FRI"), null, null);

        assertThat(window.isOpen(zone, now)).isEqualTo(open);
    }

    @Test
    void a_window_in_a_day_and_its_zones() {
        Window window = new Window("09:00", "17:00", null, "Europe/Berlin", null);

        assertThat(window.isOpen("UTC", Instant.parse("2026-11-27T09:00:00Z"))).isTrue();
        assertThat(window.isOpen("UTC", Instant.parse("2026-11-27T17:00:00Z"))).isFalse();
        assertThat(window.zoneOf("Asia/Tokyo")).isEqualTo("Asia/Tokyo");
        assertThat(window.zoneOf("nonsense")).isEqualTo("Europe/Berlin");
        assertThat(window.zoneOf(null)).isEqualTo("Europe/Berlin");
    }

    @Test
    void the_standard_plan_has_gates_where_they_can_decide() {
        assertThat(RolloutPlan.standard(39)).isEqualTo(RolloutPlan.atOnce());
        RolloutPlan plan = PlanCheck.checked(RolloutPlan.standard(1_000));
        assertThat(plan.allWaves()).extracting(it -> it.upTo(1_000)).containsExactly(50L, 250L, 1_000L);
        assertThat(plan.allGates()).hasSize(2);
        assertThat(RolloutPlan.standard(60).allWaves())
                .extracting(it -> it.upTo(60))
                .containsExactly(20L, 20L, 60L);
    }
}

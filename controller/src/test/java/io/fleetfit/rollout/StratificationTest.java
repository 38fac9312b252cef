package io.fleetfit.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.rollout.plan.Span;
import io.fleetfit.rollout.plan.WaveRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StratificationTest {
    private static final Span NONE = Span.seconds(0);

    private final Map<String, List<Long>> devices = new HashMap<>();
    private final Stratification fleet = new Stratification();

    private void add(String profile, int count) {
        for (int i = 0; i < count; i++) {
            long order = Stratification.order(profile + i, "2");
            fleet.add(profile, order);
            devices.computeIfAbsent(profile, key -> new ArrayList<>()).add(order);
        }
    }

    private Map<String, Long> upTo(Map<String, Long> border) {
        Map<String, Long> counts = new HashMap<>();
        devices.forEach((profile, orders) -> counts.put(
                profile,
                orders.stream()
                        .filter(it -> it <= border.getOrDefault(profile, -1L))
                        .count()));
        return counts;
    }

    @Test
    void each_wave_has_every_profile_in_its_share() {
        add("pi", 700);
        add("nano", 295);
        add("rare", 5);
        List<Long> quotas = fleet.quotas(
                List.of(WaveRule.ofCount(10, NONE), WaveRule.ofPercent(50, NONE), WaveRule.ofPercent(100, NONE)));
        List<Map<String, Long>> borders = fleet.borders(quotas);

        assertThat(quotas).containsExactly(10L, 500L, 1_000L);
        assertThat(upTo(borders.get(0))).containsEntry("rare", 1L);
        assertThat(upTo(borders.get(0)).values().stream().mapToLong(it -> it).sum())
                .isEqualTo(10);
        assertThat(upTo(borders.get(1)).get("pi")).isBetween(349L, 351L);
        assertThat(upTo(borders.get(1)).get("nano")).isBetween(146L, 148L);
        assertThat(upTo(borders.get(1)).values().stream().mapToLong(it -> it).sum())
                .isEqualTo(500);
        assertThat(borders.get(2)).isEmpty();
    }

    @Test
    void waves_add_up_and_never_shrink_for_any_fleet() {
        Random random = new Random(4);
        for (int run = 0; run < 300; run++) {
            StratificationTest one = new StratificationTest();
            for (int i = 0; i <= random.nextInt(6); i++) {
                one.add("p" + i, 1 + random.nextInt(40));
            }
            one.holds(random);
        }
    }

    private void holds(Random random) {
        List<Long> quotas = fleet.quotas(List.of(
                WaveRule.ofCount(1 + random.nextInt(5), NONE),
                WaveRule.ofPercent(1 + random.nextInt(60), NONE),
                WaveRule.ofPercent(80, NONE),
                WaveRule.ofPercent(100, NONE)));
        List<Map<String, Long>> borders = fleet.borders(quotas);
        Map<String, Long> before = new HashMap<>();
        for (int i = 0; i < quotas.size() - 1; i++) {
            Map<String, Long> now = upTo(borders.get(i));
            assertThat(now.values().stream().mapToLong(it -> it).sum()).isEqualTo(quotas.get(i));
            before.forEach((profile, count) -> assertThat(now.get(profile)).isGreaterThanOrEqualTo(count));
            before = now;
        }
    }

    @Test
    void the_order_is_stable_and_differs_from_version_to_version() {
        assertThat(Stratification.order("d1", "2")).isEqualTo(Stratification.order("d1", "2"));
        assertThat(Stratification.order("d1", "2")).isNotEqualTo(Stratification.order("d1", "3"));
        assertThat(Stratification.order("d1", "2")).isBetween(0L, DeviceUpdate.Place.LATER - 1);
    }
}

package io.fleetfit.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fleetfit.cost.CostModel.Distribution;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** On made-up boards whose true unit costs are known. */
class CostModelTest {
    private final Random random = new Random(11);
    private final List<Workload> graphs = new ArrayList<>();

    CostModelTest() {
        for (int i = 0; i < 24; i++) {
            graphs.add(graph());
        }
    }

    @Test
    void with_nothing_measured_the_stated_costs_answer_as_unsure_as_they_are() {
        // Given
        CostModel model = CostModel.fit(List.of(), it -> UnitCosts.unknown());

        // When
        Distribution guess = model.estimate(at("pi", 1, false), "g0", graphs.get(0), false);

        // Then
        double stated = 0;
        for (CostTerm term : CostTerm.values()) {
            stated += graphs.get(0).of(term) * UnitCosts.unknown().millis(term);
        }
        assertThat(guess.medianMillis()).isCloseTo(stated, within(1e-9));
        assertThat(guess.upperMillis() / guess.medianMillis()).isGreaterThan(20);
        assertThat(model.observations()).isZero();
    }

    @Test
    void learns_a_board_whose_costs_are_far_from_the_stated_ones() {
        // Given a board with depthwise convolutions five times dearer than stated and everything twice as slow
        Map<CostTerm, Double> factors = factors(2, Map.of(CostTerm.DEPTHWISE, 10.0));
        List<Observation> seen = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            seen.add(seen("pi", i, factors, 0.02));
        }

        // When
        CostModel model = new CostHistory(seen, it -> UnitCosts.unknown()).model("pi", "arm", Set.of());

        // Then
        List<Double> errors = new ArrayList<>();
        for (int i = 20; i < 24; i++) {
            double truth = truth(graphs.get(i), factors);
            errors.add(Math.abs(model.estimate(at("pi", 4, false), "g" + i, graphs.get(i), false)
                                    .medianMillis()
                            / truth
                    - 1));
        }
        assertThat(errors).allSatisfy(it -> assertThat(it).isLessThan(0.15));
    }

    @Test
    void few_figures_of_a_board_are_helped_by_its_kin() {
        // Given four boards of a class that computes 3 × 3 convolutions four times slower than stated, one known by one
        // graph
        List<Observation> kin = new ArrayList<>();
        Map<CostTerm, Double> slow = factors(1, Map.of(CostTerm.SPATIAL, 4.0));
        for (String board : List.of("a", "b", "c")) {
            for (int i = 0; i < 20; i++) {
                kin.add(seen(board, i, slow, 0.02));
            }
        }
        Observation probe = seen("new", 3, slow, 0);
        List<Observation> all = new ArrayList<>(kin);
        all.add(probe);

        // When
        CostModel alone = CostModel.fit(List.of(probe), it -> UnitCosts.unknown());
        CostModel helped = CostModel.fit(all, it -> UnitCosts.unknown());

        // Then
        double errorAlone = 0;
        double errorHelped = 0;
        for (int i = 0; i < 20; i++) {
            if (i != 3) {
                double truth = truth(graphs.get(i), slow);
                errorAlone += error(alone, "new", i, truth);
                errorHelped += error(helped, "new", i, truth);
            }
        }
        assertThat(errorHelped / 19).isLessThan(0.08).isLessThan(errorAlone / 19 / 2);
    }

    @Test
    void one_figure_gone_wrong_hardly_moves_the_rest() {
        // Given
        Map<CostTerm, Double> plain = factors(1, Map.of());
        List<Observation> good = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            good.add(seen("pi", i, plain, 0.02));
        }
        List<Observation> bad = new ArrayList<>(good);
        Observation it = good.get(5);
        bad.set(5, new Observation(it.placement(), it.device(), it.graph(), it.work(), false, it.millis() * 8));

        // When
        CostModel clean = CostModel.fit(good, p -> UnitCosts.unknown());
        CostModel spoilt = CostModel.fit(bad, p -> UnitCosts.unknown());

        // Then
        for (int i = 20; i < 24; i++) {
            double before = clean.estimate(at("pi", 4, false), "g" + i, graphs.get(i), false)
                    .medianMillis();
            double after = spoilt.estimate(at("pi", 4, false), "g" + i, graphs.get(i), false)
                    .medianMillis();
            assertThat(after / before).isBetween(0.85, 1.15);
        }
    }

    @Test
    void nine_intervals_of_ten_hold_on_boards_of_many_kinds() {
        // Given boards whose costs differ from the stated ones in every term, and graphs with something of their own
        int held = 0;
        int all = 0;
        for (int round = 0; round < 12; round++) {
            List<Observation> seen = new ArrayList<>();
            Map<String, Map<CostTerm, Double>> boards = Map.of("a", wild(), "b", wild(), "c", wild());
            double[] own = random.doubles(24, 0.7, 1.4).toArray();
            boards.forEach((board, factors) -> {
                for (int i = 0; i < 24; i++) {
                    seen.add(scaled(seen(board, i, factors, 0.06), own[i]));
                }
            });
            Collections.shuffle(seen, random);
            List<Observation> known = seen.subList(0, 48);
            CostModel model = CostModel.fit(known, p -> UnitCosts.unknown());
            for (Observation it : seen.subList(48, 72)) {
                Distribution guess = model.estimate(it.placement(), it.graph(), it.work(), false);
                held += guess.lowerMillis() <= it.millis() && it.millis() <= guess.upperMillis() ? 1 : 0;
                all++;
            }
        }

        // Then
        assertThat((double) held / all).isBetween(0.80, 0.985);
    }

    @Test
    void eight_bits_are_taken_for_no_faster_where_nobody_measured_them() {
        // Given rates that promise nothing for int8
        DeviceRates rates = new DeviceRates(Map.of(), 1, 4, 10, 0.3, 0);

        // When
        UnitCosts floats = UnitCosts.of(rates, false);
        UnitCosts bytes = UnitCosts.of(rates, true);

        // Then
        assertThat(bytes.millis(CostTerm.SPATIAL)).isEqualTo(floats.millis(CostTerm.SPATIAL));
    }

    @Test
    void a_history_takes_the_median_of_devices_and_a_bounded_number_of_neighbours() {
        // Given
        List<Observation> seen = new ArrayList<>();
        for (int board = 0; board < 40; board++) {
            for (int i = 0; i < 24; i++) {
                Observation it = seen("board" + board, i, factors(1, Map.of()), 0.02);
                seen.add(it);
                seen.add(new Observation(it.placement(), "second", it.graph(), it.work(), false, it.millis() * 4));
            }
        }

        // When
        CostHistory history = new CostHistory(seen, p -> UnitCosts.unknown());

        // Then
        assertThat(history.observations()).hasSize(960);
        Observation first = seen.get(0);
        assertThat(history.observations())
                .filteredOn(it ->
                        it.graph().equals("g0") && it.placement().profile().equals("board0"))
                .singleElement()
                .satisfies(it -> assertThat(it.millis()).isCloseTo(first.millis() * 2, within(1e-6)));
        assertThat(history.model("board3", "arm", Set.of("g1")).observations()).isEqualTo(400);
    }

    @Test
    void impossible_figures_are_refused() {
        assertThatThrownBy(() -> new Observation(at("pi", 1, false), "d", "g", graphs.get(0), false, Double.NaN))
                .hasMessageContaining("millis")
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Workload(Map.of(CostTerm.TRAFFIC, -1.0))).hasMessageContaining("TRAFFIC");
        assertThatThrownBy(() -> at("pi", 0, false)).hasMessageContaining("threads");
        assertThatThrownBy(() -> UnitCosts.of(Map.of(), 1)).hasMessageContaining("POINTWISE");
        List<Observation> many = Collections.nCopies(1_001, seen("pi", 0, factors(1, Map.of()), 0));
        assertThatThrownBy(() -> CostModel.fit(many, p -> UnitCosts.unknown())).hasMessageContaining("1000");
    }

    private double error(CostModel model, String board, int graph, double truth) {
        double guess = model.estimate(at(board, 4, false), "g" + graph, graphs.get(graph), false)
                .medianMillis();
        return Math.abs(guess / truth - 1);
    }

    private Workload graph() {
        double size = Math.exp(random.nextDouble() * 3);
        double spatial = random.nextDouble();
        Map<CostTerm, Double> amounts = new EnumMap<>(CostTerm.class);
        amounts.put(CostTerm.POINTWISE, 1e8 * size * (1 - spatial));
        amounts.put(CostTerm.SPATIAL, 2e8 * size * spatial);
        amounts.put(CostTerm.DEPTHWISE, 3e7 * size * random.nextDouble());
        amounts.put(CostTerm.TRAFFIC, 1e7 * Math.sqrt(size) * (0.5 + random.nextDouble()));
        amounts.put(CostTerm.WEIGHTS, 3e6 * size * random.nextDouble());
        amounts.put(CostTerm.KERNELS, 20.0 + random.nextInt(60));
        amounts.put(CostTerm.OTHER_KERNELS, 5.0 + random.nextInt(60));
        return new Workload(amounts);
    }

    private Map<CostTerm, Double> wild() {
        Map<CostTerm, Double> factors = new EnumMap<>(CostTerm.class);
        double speed = Math.exp(random.nextGaussian());
        for (CostTerm term : CostTerm.values()) {
            factors.put(term, speed * Math.exp(random.nextGaussian() * 0.3));
        }
        return factors;
    }

    private static Map<CostTerm, Double> factors(double all, Map<CostTerm, Double> some) {
        Map<CostTerm, Double> factors = new EnumMap<>(CostTerm.class);
        for (CostTerm term : CostTerm.values()) {
            factors.put(term, some.getOrDefault(term, all));
        }
        return factors;
    }

    private static double truth(Workload work, Map<CostTerm, Double> factors) {
        double millis = 0;
        for (CostTerm term : CostTerm.values()) {
            millis += work.of(term) * UnitCosts.unknown().millis(term) * factors.getOrDefault(term, 1.0);
        }
        return millis;
    }

    private Observation seen(String board, int graph, Map<CostTerm, Double> factors, double noise) {
        double millis = truth(graphs.get(graph), factors) * Math.exp(random.nextGaussian() * noise);
        return new Observation(at(board, 4, false), board, "g" + graph, graphs.get(graph), false, millis);
    }

    private static Observation scaled(Observation it, double factor) {
        return new Observation(it.placement(), it.device(), it.graph(), it.work(), false, it.millis() * factor);
    }

    private static Placement at(String board, int threads, boolean int8) {
        return new Placement(board, "arm", "cpu", threads, int8);
    }
}

package io.fleetfit.compress.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.Target;
import io.fleetfit.compress.Variation.Goal;
import io.fleetfit.compress.search.FakeBench.Figures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CompressionSearchTest {
    private static final SearchTarget HERE = new SearchTarget("here", Target.X86_VNNI, true);
    private static final SearchTarget PI = new SearchTarget("pi", Target.ARM, false);

    private static final Recipe FP32 = FakeBench.recipe("fp32", "fp32", Target.ANY, false);
    private static final Recipe HALVES = FakeBench.recipe("fp16-storage", "fp16-storage", Target.ANY, true);
    private static final Recipe WEIGHTS = FakeBench.recipe("int8-weights", "int8-weights", Target.ANY, true);
    private static final Recipe INT8_VNNI = FakeBench.recipe("int8-vnni", "int8", Target.X86_VNNI, false);
    private static final Recipe INT8_ARM = FakeBench.recipe("int8-arm", "int8", Target.ARM, false);

    private final FakeBench bench = new FakeBench()
            .has("fp32", 4_000, 0.90, 1, 100)
            .has("fp16-storage", 2_000, 0.90, 1, 100)
            .has("int8-weights", 1_000, 0.897, 1, 100)
            .has("int8-vnni", 1_050, 0.896, 0.5, 100)
            .has("int8-arm", 1_050, 0.896, 2.5, 100);

    private static SearchPlan plan(List<SearchTarget> targets, Recipe... recipes) {
        return new SearchPlan(targets, List.of(recipes), 0.01, 1.25, FakeBench.SAMPLES, 100);
    }

    private static String reason(SearchReport report, String candidate) {
        return report.dropped().stream()
                .filter(each -> each.name().equals(candidate))
                .findFirst()
                .orElseThrow(() -> new AssertionError(candidate + " was not dropped: " + report.fronts()))
                .reason();
    }

    @Test
    void a_fast_quantized_form_is_kept_where_latency_counts() {
        SearchReport report = bench.finish(plan(List.of(HERE), FP32, HALVES, WEIGHTS, INT8_VNNI, INT8_ARM), 1, null);

        assertThat(report.fronts().get("here")).contains("int8-vnni", "int8-weights");
        assertThat(report.members()).noneMatch(member -> member.name().equals("int8-arm"));
        assertThat(bench.done).noneMatch(step -> step.contains("int8-arm"));
    }

    @Test
    void a_slow_quantized_form_is_found_out_and_left_where_latency_counts() {
        bench.has("int8-vnni", 1_050, 0.90, 2.27, 100);

        SearchReport report = bench.finish(plan(List.of(HERE), FP32, HALVES, WEIGHTS, INT8_VNNI), 1, null);

        assertThat(report.fronts().get("here")).doesNotContain("int8-vnni").contains("int8-weights");
        assertThat(reason(report, "int8-vnni")).contains("2.27 ×", "1.25 × allowed", "on this machine");
    }

    @Test
    void latency_measured_here_says_nothing_of_other_kernels() {
        SearchReport report = bench.finish(plan(List.of(PI), FP32, HALVES, WEIGHTS, INT8_ARM), 1, null);

        assertThat(report.fronts().get("pi")).contains("int8-arm", "int8-weights");
        assertThat(report.members())
                .filteredOn(member -> member.name().equals("int8-arm"))
                .allSatisfy(member -> assertThat(member.evaluation().latency()).isNotNull());
    }

    @Test
    void what_loses_too_much_leaves_at_the_first_look() {
        bench.has("int8-weights", 1_000, 0.60, 1, 100);

        SearchReport report = bench.finish(plan(List.of(HERE), FP32, WEIGHTS), 1, null);

        assertThat(reason(report, "int8-weights"))
                .contains("hopeless at the first look", "top1 loses 30.00 points", "on 100 samples", "at most 1.00");
        assertThat(bench.done).noneMatch(step -> step.startsWith("JUDGE:int8-weights"));
    }

    @Test
    void what_only_may_lose_too_much_is_looked_at_with_all_samples() {
        bench.has("int8-weights", 1_000, 0.885, 1, 100);

        SearchReport report = bench.finish(plan(List.of(HERE), FP32, WEIGHTS), 1, null);

        assertThat(reason(report, "int8-weights")).contains("fails the quality gate", "1.50 points", "1000 samples");
    }

    @Test
    void a_recipe_that_cannot_be_made_says_why() {
        bench.refuses("int8-weights", "weights are shared");

        SearchReport report = bench.finish(plan(List.of(HERE), FP32, WEIGHTS), 1, null);

        assertThat(reason(report, "int8-weights")).isEqualTo("cannot be made: weights are shared");
        assertThat(report.fronts().get("here")).containsExactly("fp32");
    }

    @Test
    void without_labels_the_share_of_changed_answers_is_judged_and_said() {
        bench.labelled = false;

        SearchReport report = bench.finish(plan(List.of(HERE), FP32, WEIGHTS), 1, null);

        assertThat(reason(report, "int8-weights")).contains("agreement (no labels) loses 1.30 points");
    }

    @Test
    void layers_stay_float_until_the_gate_holds_and_no_more_of_them() {
        Recipe grown = FakeBench.varied(
                "grown", "int8", Target.X86_VNNI, Goal.FIRST_THAT_PASSES, 1, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0);
        bench.has("grown", value -> new Figures(1_000 + Math.round(value * 10), value >= 11 ? 0.895 : 0.86, 0.5, 100));

        SearchReport report = bench.finish(plan(List.of(HERE), FP32, grown), 1, null);

        assertThat(report.fronts().get("here")).contains("grown.11");
        assertThat(reason(report, "grown.10")).contains("gate");
        assertThat(reason(report, "grown.16")).contains("grown.11 compresses more");
        assertThat(bench.done.stream().filter(step -> step.startsWith("MAKE:grown")))
                .hasSizeLessThan(10);
    }

    @Test
    void pruning_goes_on_while_the_gate_holds() {
        Recipe pruned =
                FakeBench.varied("pruned", "fp32", Target.ANY, Goal.LAST_THAT_PASSES, 0, 10.0, 20.0, 30.0, 40.0, 50.0);
        bench.has(
                "pruned",
                value -> new Figures(
                        4_000 - Math.round(value * 40),
                        value <= 30 ? 0.90 - value / 10_000 : 0.8,
                        1,
                        100 - Math.round(value)));

        SearchReport report = bench.finish(plan(List.of(PI), FP32, pruned), 1, null);

        assertThat(report.fronts().get("pi")).contains("pruned.10", "pruned.20", "pruned.30");
        assertThat(reason(report, "pruned.40")).contains("top1 loses 10.00 points");
        assertThat(bench.done).noneMatch(step -> step.contains("pruned.50"));
    }

    @Test
    void what_is_dropped_beside_a_better_one_is_told_with_numbers() {
        bench.has("fp16-storage", 1_000, 0.895, 1, 100).has("int8-weights", 900, 0.897, 1, 100);

        SearchReport report = bench.finish(plan(List.of(HERE), FP32, HALVES, WEIGHTS), 1, null);

        assertThat(reason(report, "fp16-storage")).contains("beaten by int8-weights", "0.8970 against 0.8950", "900");
    }

    @Test
    void what_is_no_smaller_than_one_that_loses_nothing_is_not_evaluated() {
        bench.has("int8-weights", 2_100, 0.90, 1, 100);

        SearchReport report = bench.finish(plan(List.of(HERE), HALVES, WEIGHTS), 1, null);

        assertThat(reason(report, "int8-weights")).contains("no smaller than fp16-storage (2100 against 2000 kB)");
        assertThat(bench.done)
                .containsOnlyOnce("MAKE:int8-weights:" + WEIGHTS.digest().hex() + ":0");
        assertThat(bench.done).noneMatch(step -> step.startsWith("SCREEN:int8-weights"));
    }

    @Test
    void a_search_that_is_stopped_keeps_what_it_has_and_says_what_it_did_not_do() {
        CompressionSearch search = new CompressionSearch(plan(List.of(HERE), FP32, HALVES, WEIGHTS));
        while (bench.done.size() < 8) {
            search.accept(search.ready().stream().limit(1).map(bench::run).toList());
        }

        search.stop("the budget of 10 s is spent");

        assertThat(search.ready()).isEmpty();
        SearchReport report = search.report(null, null, 10);
        assertThat(report.fronts().get("here")).containsExactly("fp16-storage");
        assertThat(reason(report, "fp32")).contains("beaten by fp16-storage");
        assertThat(reason(report, "int8-weights")).isEqualTo("not evaluated: the budget of 10 s is spent");
        assertThat(report.stopped()).isEqualTo("the budget of 10 s is spent");
    }

    /** Seeded random families: whatever the figures are, the front keeps what it promises. */
    @Test
    void fronts_keep_their_promises_whatever_the_figures() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Recipe> recipes = new ArrayList<>();
            Map<String, Figures> known = new HashMap<>();
            Map<String, String> forms = new HashMap<>();
            FakeBench many = new FakeBench();
            for (int i = 0; i < 12; i++) {
                boolean floats = random.nextBoolean();
                String name = "r" + i;
                Figures figures = new Figures(
                        500 + random.nextInt(3_500),
                        0.86 + random.nextDouble() * 0.06,
                        0.3 + random.nextDouble() * 2,
                        50 + random.nextInt(60));
                known.put(name, figures);
                boolean expands = floats && random.nextBoolean();
                forms.put(name, floats + " " + expands);
                many.has(name, value -> figures);
                recipes.add(FakeBench.recipe(
                        name,
                        floats ? "fp32" : "int8",
                        List.of(Target.ANY, Target.ARM, Target.X86_VNNI).get(random.nextInt(3)),
                        expands));
            }
            SearchPlan plan = plan(List.of(HERE, PI), recipes.toArray(new Recipe[0]));

            SearchReport report = many.finish(plan, 1 + random.nextInt(4), null);

            for (List<String> front : report.fronts().values()) {
                for (String a : front) {
                    Figures is = Objects.requireNonNull(known.get(a));
                    assertThat(FakeBench.PARENT - is.quality())
                            .as("seed %d: %s", seed, a)
                            .isLessThan(0.0101);
                    assertThat(front.stream()
                                    .filter(other -> Objects.equals(forms.get(other), forms.get(a)))
                                    .map(known::get)
                                    .filter(other -> clearlyBeats(other, is)))
                            .as("seed %d: %s is beaten", seed, a)
                            .isEmpty();
                }
            }
            assertThat(report.fronts().get("here")).allSatisfy(name -> assertThat(
                            Objects.requireNonNull(known.get(name)).ratio() * 0.97)
                    .isLessThanOrEqualTo(1.25));
            assertThat(new TreeSet<>(names(report)))
                    .as("seed %d: everybody is on a front or told why not", seed)
                    .hasSize((int) recipes.stream()
                            .filter(recipe -> recipe.target().suits(HERE.kernels())
                                    || recipe.target().suits(PI.kernels()))
                            .count());
        }
    }

    private static boolean clearlyBeats(Figures a, Figures b) {
        return a.quality() > b.quality() + 0.002
                && a.kilobytes() < b.kilobytes() * 0.97
                && a.ratio() < b.ratio() * 0.9
                && a.megaMacs() <= b.megaMacs() * 0.97;
    }

    private static List<String> names(SearchReport report) {
        List<String> names = new ArrayList<>();
        report.members().forEach(member -> names.add(member.name()));
        report.dropped().forEach(each -> names.add(each.name()));
        return names;
    }

    @Test
    void a_search_resumed_after_any_step_finds_the_same() {
        Recipe grown =
                FakeBench.varied("grown", "int8", Target.ANY, Goal.FIRST_THAT_PASSES, 1, 1.0, 2.0, 4.0, 8.0, 16.0);
        bench.has("grown", value -> new Figures(1_000 + Math.round(value * 10), value >= 6 ? 0.895 : 0.86, 0.5, 100));
        SearchPlan plan = plan(List.of(HERE, PI), FP32, HALVES, WEIGHTS, INT8_VNNI, INT8_ARM, grown);
        Map<String, Outcome> journal = new LinkedHashMap<>();
        SearchReport whole = bench.finish(plan, 2, journal);
        int all = bench.done.size();
        List<Map.Entry<String, Outcome>> entries = List.copyOf(journal.entrySet());

        for (int done = 0; done <= all; done++) {
            Map<String, Outcome> before = new LinkedHashMap<>();
            entries.subList(0, done).forEach(entry -> before.put(entry.getKey(), entry.getValue()));
            bench.done.clear();

            SearchReport resumed = bench.finish(plan, 2, before);

            assertThat(resumed).isEqualTo(whole);
            assertThat(bench.done).hasSize(all - done);
        }
    }

    @Test
    void the_order_in_which_steps_end_changes_nothing() {
        SearchPlan plan = plan(List.of(HERE, PI), FP32, HALVES, WEIGHTS, INT8_VNNI, INT8_ARM);
        SearchReport inOrder = bench.finish(plan, 3, null);
        CompressionSearch search = new CompressionSearch(plan);
        while (!search.ready().isEmpty()) {
            List<Step> steps = new ArrayList<>(search.ready().stream().limit(3).toList());
            Collections.reverse(steps);
            search.accept(steps.stream().map(bench::run).toList());
        }

        assertThat(search.report(null, null, 0)).isEqualTo(inOrder);
    }
}

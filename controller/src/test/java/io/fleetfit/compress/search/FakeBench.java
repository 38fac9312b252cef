package io.fleetfit.compress.search;

import io.fleetfit.compress.Made;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.Target;
import io.fleetfit.compress.Variation;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.Evaluation.Estimate;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** Candidates whose figures a test chose; counts what it is asked for. */
final class FakeBench {
    static final double PARENT = 0.90;
    static final int SAMPLES = 1_000;

    /**
     * Figures of a candidate.
     *
     * @param kilobytes size of the file
     * @param quality share of right answers
     * @param ratio latency beside the parent
     * @param megaMacs multiply-accumulates, in millions
     */
    record Figures(long kilobytes, double quality, double ratio, long megaMacs) {}

    private final Map<String, DoubleFunction<Figures>> figures = new HashMap<>();
    private final Map<String, String> refusals = new HashMap<>();
    final List<String> done = new ArrayList<>();
    boolean labelled = true;

    /** A recipe with fixed figures. */
    FakeBench has(String recipe, long kilobytes, double quality, double ratio, long megaMacs) {
        figures.put(recipe, value -> new Figures(kilobytes, quality, ratio, megaMacs));
        return this;
    }

    /** A recipe whose figures follow from the value that it varies. */
    FakeBench has(String recipe, DoubleFunction<Figures> byValue) {
        figures.put(recipe, byValue);
        return this;
    }

    FakeBench refuses(String recipe, String why) {
        refusals.put(recipe, why);
        return this;
    }

    static Recipe recipe(String name, String precision, Target target, boolean expands) {
        return new Recipe(
                name,
                "",
                precision,
                target,
                List.of(PassSpec.of("store-as-int8")),
                ExecutionSettings.cpu(),
                expands,
                null);
    }

    static Recipe varied(
            String name, String precision, Target target, Variation.Goal goal, double step, Double... all) {
        return new Recipe(
                name,
                "",
                precision,
                target,
                List.of(PassSpec.of("store-as-int8")),
                ExecutionSettings.cpu(),
                false,
                new Variation("store-as-int8", "least-elements", List.of(all), goal, step));
    }

    synchronized Outcome run(Step step) {
        done.add(step.key());
        String name = step.recipe().name();
        String base = figures.containsKey(name) ? name : name.substring(0, name.lastIndexOf('.'));
        double value = name.equals(base) ? 0 : Double.parseDouble(name.substring(base.length() + 1));
        String refusal = refusals.get(base);
        if (refusal != null) {
            return Outcome.failed(step, refusal, 1);
        }
        Figures is = Objects.requireNonNull(figures.get(base)).apply(value);
        return step.kind() == Step.Kind.MAKE
                ? new Outcome(step.key(), made(step.recipe(), is), null, null, 2)
                : new Outcome(step.key(), null, evaluation(is, step), null, 1);
    }

    private static Made made(Recipe recipe, Figures is) {
        GraphSummary summary = new GraphSummary(
                Map.of("", 13),
                Set.of("Conv"),
                List.of(),
                List.of(),
                is.kilobytes() * 250,
                is.kilobytes() * 1000,
                (recipe.expandsWeights() ? 4_000 : is.kilobytes()) * 1000,
                Map.of(GraphSummary.OperatorClass.CONV_SPATIAL, is.megaMacs() * 1_000_000),
                1_000_000,
                2_000_000,
                10,
                false);
        return new Made(
                Digest.of(recipe.name().getBytes(StandardCharsets.UTF_8)),
                is.kilobytes() * 1000,
                recipe.passTexts(),
                recipe.precision(),
                recipe.settings(),
                summary,
                List.of(),
                null);
    }

    private Evaluation evaluation(Figures is, Step step) {
        boolean measure = step.kind() == Step.Kind.MEASURE;
        int n = measure ? 1 : step.samples();
        double agreement = 1 - Math.min(1, Math.abs(PARENT - is.quality()) + 0.01);
        return new Evaluation(
                n,
                labelled ? estimate("top1", is.quality(), n) : null,
                labelled ? estimate("top1", PARENT, n) : null,
                estimate("agreement", agreement, n),
                0.99,
                30,
                List.of(),
                measure
                        ? new Evaluation.LatencyRatio(
                                "test CPU", 1, 10, 10 * is.ratio(), is.ratio(), is.ratio() * 0.97, is.ratio() * 1.03)
                        : null);
    }

    private static Estimate estimate(String metric, double value, int n) {
        double half = 1.96 * Math.sqrt(value * (1 - value) / n);
        return new Estimate(metric, value, Math.max(0, value - half), Math.min(1, value + half));
    }

    /** Runs a search to its end, {@code parallel} steps at a time; {@code known} outcomes are not run again. */
    SearchReport finish(SearchPlan plan, int parallel, @Nullable Map<String, Outcome> known) {
        CompressionSearch search = new CompressionSearch(plan);
        while (!search.ready().isEmpty()) {
            List<Outcome> outcomes = new ArrayList<>();
            for (Step step : search.ready().stream().limit(parallel).toList()) {
                Outcome outcome = known == null ? null : known.get(step.key());
                if (outcome == null) {
                    outcome = run(step);
                    if (known != null) {
                        known.put(step.key(), outcome);
                    }
                }
                outcomes.add(outcome);
            }
            search.accept(outcomes);
        }
        return search.report(null, null, 0);
    }
}

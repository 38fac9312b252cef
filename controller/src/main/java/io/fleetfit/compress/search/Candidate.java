package io.fleetfit.compress.search;

import io.fleetfit.compress.Made;
import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.onnx.GraphSummary;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A recipe with all its settings on its way through the search. */
final class Candidate {
    private final Recipe recipe;
    private final List<SearchTarget> targets;
    private @Nullable Made made;
    private @Nullable Evaluation judged;
    private @Nullable Evaluation measured;
    private QualityGate.@Nullable Verdict verdict;
    private @Nullable String dropped;
    private @Nullable Step next;

    Candidate(Recipe recipe, List<SearchTarget> targets) {
        this.recipe = recipe;
        this.targets = List.copyOf(targets);
        this.next = new Step(Step.Kind.MAKE, recipe, 0);
    }

    String name() {
        return recipe.name();
    }

    Recipe recipe() {
        return recipe;
    }

    List<SearchTarget> targets() {
        return targets;
    }

    @Nullable
    Step next() {
        return next;
    }

    void then(Step.Kind kind, int samples) {
        next = new Step(kind, recipe, samples);
    }

    /** Nothing more is to be done. */
    void finish() {
        next = null;
    }

    void drop(String reason) {
        dropped = reason;
        next = null;
    }

    @Nullable
    String dropped() {
        return dropped;
    }

    /** Made, judged and not dropped. */
    boolean isKept() {
        return dropped == null && judged != null && verdict != null && verdict.passes();
    }

    void made(Made result) {
        made = result;
    }

    @Nullable
    Made made() {
        return made;
    }

    void judged(Evaluation evaluation, QualityGate.Verdict gate) {
        judged = evaluation;
        verdict = gate;
    }

    void measured(Evaluation evaluation) {
        measured = evaluation;
    }

    QualityGate.@Nullable Verdict verdict() {
        return verdict;
    }

    /** The evaluation on the most samples, with the latency if it was measured; absent before the first look. */
    @Nullable
    Evaluation evaluation() {
        if (judged == null || measured == null || measured.latency() == null) {
            return judged;
        }
        return new Evaluation(
                judged.samples(),
                judged.quality(),
                judged.parentQuality(),
                judged.agreement(),
                judged.cosine(),
                judged.sqnrDecibels(),
                judged.classes(),
                measured.latency());
    }

    GraphSummary summary() {
        return Objects.requireNonNull(made).summary();
    }

    long size() {
        return Objects.requireNonNull(made).size();
    }

    /** How it computes: what stores weights small and computes in floats is as fast as floats. */
    String form() {
        return recipe.expandsWeights() ? "fp32" : recipe.precision();
    }
}

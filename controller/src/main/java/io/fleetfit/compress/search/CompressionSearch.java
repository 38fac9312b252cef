package io.fleetfit.compress.search;

import io.fleetfit.compress.Made;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.evaluate.Evaluation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the variants worth having, as a state machine without threads or clocks: {@link #ready} gives the steps that can be
 * done now, {@link #accept} takes how they ended. The same outcomes lead to the same steps and the same report, so that a
 * search goes on after a crash by accepting again what its journal holds.
 *
 * <p>A candidate goes {@code MAKE → SCREEN → JUDGE → MEASURE → kept}, and leaves at every step at which it is hopeless: it
 * cannot be made; it is no smaller than one that loses nothing; its drop on few samples lies above the bound with its whole
 * interval; its drop on all samples lies above the bound. Looking at all with few samples and at the survivors with all is
 * successive halving (Karnin, Koren and Somekh 2013) with the elimination of racing (Maron and Moore 1994): only what is
 * proven hopeless leaves early, so no sample size makes the search lose a candidate that would have passed.
 */
public final class CompressionSearch {
    /** Passes that keep what a model computes and how. */
    private static final Set<String> TIDYING = Set.of(
            "constants-to-initializers",
            "upgrade-opset",
            "fold-constants",
            "fold-batch-normalization",
            "fold-scales",
            "merge-branches",
            "equalize-layers",
            "drop-unused");

    private final SearchPlan plan;
    private final List<Family> families = new ArrayList<>();
    private @Nullable String stopped;

    /** A search that has not begun. Recipes made for none of the targets are left out. */
    public CompressionSearch(SearchPlan plan) {
        this.plan = plan;
        plan.recipes().forEach(recipe -> {
            List<SearchTarget> targets = plan.targets().stream()
                    .filter(target -> recipe.target().suits(target.kernels()))
                    .toList();
            if (!targets.isEmpty()) {
                families.add(new Family(recipe, targets));
            }
        });
    }

    /**
     * The steps that can be done now, one a recipe; none when the search is over. What is nearest to its end comes first,
     * then the order of the recipes: whoever stops early has some candidates whole rather than all by halves.
     */
    public List<Step> ready() {
        List<Step> steps = new ArrayList<>();
        if (stopped == null) {
            families.forEach(family -> {
                Step next = family.newest().next();
                if (next != null) {
                    steps.add(next);
                }
            });
            steps.sort(Comparator.comparing(Step::kind).reversed());
        }
        return steps;
    }

    /** Takes how steps of {@link #ready} ended, all of them or some. */
    public void accept(List<Outcome> outcomes) {
        Map<String, Outcome> byKey = new HashMap<>();
        outcomes.forEach(outcome -> byKey.put(outcome.key(), outcome));
        // In the order of the recipes, whatever order the steps ended in: the result must not hang on it.
        for (Family family : families) {
            Step step = family.newest().next();
            Outcome outcome = step == null ? null : byKey.get(step.key());
            if (step != null && outcome != null) {
                take(family, step, outcome);
            }
        }
    }

    /** Ends the search with what it has. */
    public void stop(String why) {
        stopped = why;
    }

    private void take(Family family, Step step, Outcome outcome) {
        Candidate candidate = family.newest();
        if (outcome.problem() != null) {
            candidate.drop(
                    (step.kind() == Step.Kind.MAKE ? "cannot be made: " : "cannot be run: ") + outcome.problem());
            return;
        }
        switch (step.kind()) {
            case MAKE -> made(candidate, Objects.requireNonNull(outcome.made()));
            case SCREEN -> screened(family, candidate, Objects.requireNonNull(outcome.evaluation()));
            case JUDGE -> judged(family, candidate, Objects.requireNonNull(outcome.evaluation()));
            case MEASURE -> {
                candidate.measured(Objects.requireNonNull(outcome.evaluation()));
                candidate.finish();
                family.advance(true);
            }
        }
    }

    private void made(Candidate candidate, Made made) {
        candidate.made(made);
        if (findsNothingToDo(candidate.recipe(), made)) {
            candidate.drop("finds nothing to do in this model: it would be " + (made.size() / 1000)
                    + " kB of the same computation under another name");
            return;
        }
        for (Candidate other : all()) {
            if (isUseless(candidate, other)) {
                candidate.drop(String.format(
                        Locale.ROOT,
                        "no smaller than %s (%d against %d kB), which computes the same and loses nothing",
                        other.name(),
                        candidate.size() / 1000,
                        other.size() / 1000));
                return;
            }
        }
        if (plan.firstSamples() < plan.samples()) {
            candidate.then(Step.Kind.SCREEN, plan.firstSamples());
        } else {
            candidate.then(Step.Kind.JUDGE, plan.samples());
        }
    }

    /** Whether none of the passes that compress changed anything; a recipe that only tidies is judged as it is. */
    private static boolean findsNothingToDo(Recipe recipe, Made made) {
        List<String> compressing = recipe.passes().stream()
                .map(PassSpec::name)
                .filter(pass -> !TIDYING.contains(pass))
                .toList();
        return !compressing.isEmpty()
                && compressing.stream().allMatch(pass -> made.findings().stream()
                        .anyMatch(finding -> finding.pass().equals(pass) && finding.tellsOfNothing()));
    }

    /** Whether {@code other} is known to be at least as good in every figure before {@code candidate} is evaluated. */
    private static boolean isUseless(Candidate candidate, Candidate other) {
        QualityGate.Verdict verdict = other.verdict();
        return other != candidate
                && other.isKept()
                && verdict != null
                && verdict.drop() <= 0
                && other.form().equals(candidate.form())
                && other.targets().containsAll(candidate.targets())
                && other.size() <= candidate.size()
                && Front.memory(other) <= Front.memory(candidate)
                && other.summary().totalMacs() <= candidate.summary().totalMacs()
                // Batch normalisation folded or not: equal work in fewer layers may be faster.
                && other.summary().layers() <= candidate.summary().layers();
    }

    private void screened(Family family, Candidate candidate, Evaluation evaluation) {
        QualityGate.Verdict verdict = QualityGate.judge(evaluation, plan.maxDrop());
        if (verdict.isHopeless()) {
            candidate.judged(evaluation, verdict);
            fail(family, candidate, verdict, "hopeless at the first look");
        } else {
            candidate.then(Step.Kind.JUDGE, plan.samples());
        }
    }

    private void judged(Family family, Candidate candidate, Evaluation evaluation) {
        QualityGate.Verdict verdict = QualityGate.judge(evaluation, plan.maxDrop());
        candidate.judged(evaluation, verdict);
        if (verdict.passes()) {
            candidate.then(Step.Kind.MEASURE, 0);
        } else {
            fail(family, candidate, verdict, "fails the quality gate");
        }
    }

    private void fail(Family family, Candidate candidate, QualityGate.Verdict verdict, String how) {
        candidate.drop(
                String.format(Locale.ROOT, "%s: %s, at most %.2f allowed", how, verdict.text(), plan.maxDrop() * 100));
        family.advance(false);
    }

    private List<Candidate> all() {
        return families.stream().flatMap(family -> family.candidates().stream()).toList();
    }

    /** What was found so far, or in the end. */
    public SearchReport report(@Nullable DataChoice calibration, @Nullable DataChoice validation, double seconds) {
        Map<Candidate, String> superseded = superseded();
        Map<Candidate, TreeSet<String>> on = new LinkedHashMap<>();
        List<SearchReport.Dropped> dropped = new ArrayList<>();
        Map<String, List<String>> fronts = new TreeMap<>();
        for (SearchTarget target : plan.targets()) {
            List<Candidate> kept = all().stream()
                    .filter(Candidate::isKept)
                    .filter(each -> each.targets().contains(target) && !superseded.containsKey(each))
                    .toList();
            Front front = new Front(kept, target, plan.maxSlowdown());
            front.members().forEach(each -> on.computeIfAbsent(each, key -> new TreeSet<>())
                    .add(target.name()));
            front.dropped().forEach((each, reason) -> dropped.add(dropped(each, target.name(), reason)));
            fronts.put(
                    target.name(), front.members().stream().map(Candidate::name).toList());
        }
        for (Candidate each : all()) {
            String reason = each.dropped() == null ? superseded.get(each) : each.dropped();
            if (reason == null && !each.isKept()) {
                reason = "not evaluated: " + Objects.requireNonNullElse(stopped, "the search goes on");
            }
            if (reason != null) {
                dropped.add(dropped(each, null, reason));
            }
        }
        List<SearchReport.Member> members = all().stream()
                .filter(on::containsKey)
                .map(each -> member(each, List.copyOf(Objects.requireNonNull(on.get(each)))))
                .toList();
        return new SearchReport(
                plan.targets(),
                plan.maxDrop(),
                plan.maxSlowdown(),
                calibration,
                validation,
                members,
                fronts,
                dropped,
                stopped,
                seconds);
    }

    private Map<Candidate, String> superseded() {
        Map<Candidate, String> superseded = new HashMap<>();
        for (Family family : families) {
            Candidate best = family.best();
            if (best != null && best.isKept()) {
                family.candidates().stream()
                        .filter(each -> each != best && each.isKept())
                        .forEach(each ->
                                superseded.put(each, best.name() + " compresses more and passes the quality gate too"));
            }
        }
        return superseded;
    }

    private static SearchReport.Dropped dropped(Candidate candidate, @Nullable String target, String reason) {
        Made made = candidate.made();
        Evaluation evaluation = candidate.evaluation();
        return new SearchReport.Dropped(
                candidate.name(),
                target,
                reason,
                made == null ? null : made.size(),
                evaluation == null ? null : evaluation.brief());
    }

    private static SearchReport.Member member(Candidate candidate, List<String> targets) {
        Made made = Objects.requireNonNull(candidate.made());
        return new SearchReport.Member(
                candidate.name(),
                candidate.recipe(),
                made.digest(),
                made.size(),
                made.passes(),
                made.settings(),
                made.summary(),
                made.calibration(),
                made.findings(),
                Objects.requireNonNull(candidate.evaluation()).brief(),
                Objects.requireNonNull(candidate.verdict()).text(),
                targets);
    }

    /** Share of the work that is done, as far as it can be known. */
    public double progress() {
        double done = 0;
        for (Family family : families) {
            Step next = family.newest().next();
            done += next == null ? 1 : share(next.kind());
        }
        return families.isEmpty() ? 1 : done / families.size();
    }

    private static double share(Step.Kind kind) {
        return switch (kind) {
            case MAKE -> 0;
            case SCREEN -> 0.5;
            case JUDGE -> 0.6;
            case MEASURE -> 0.9;
        };
    }
}

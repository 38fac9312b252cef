package io.fleetfit.compress.search;

import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.Variation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All candidates of one recipe. A recipe that varies a setting is tried value by value along its ladder until the quality
 * gate turns (galloping search, Bentley and Yao 1976), then between the last two values by halves.
 */
final class Family {
    private final Recipe recipe;
    private final List<SearchTarget> targets;
    private final List<Candidate> candidates = new ArrayList<>();
    private int rung = -1;
    private double passing = Double.NaN;
    private double failing = Double.NaN;
    private double value;

    Family(Recipe recipe, List<SearchTarget> targets) {
        this.recipe = recipe;
        this.targets = targets;
        climb();
    }

    List<Candidate> candidates() {
        return candidates;
    }

    Candidate newest() {
        return candidates.get(candidates.size() - 1);
    }

    private void climb() {
        rung++;
        add(recipe.vary() == null ? 0 : recipe.vary().values().get(rung));
    }

    private void add(double chosen) {
        value = chosen;
        candidates.add(new Candidate(recipe.with(chosen), targets));
    }

    /** Goes on after the gate judged the newest candidate; whether there is another. */
    boolean advance(boolean passed) {
        Variation vary = recipe.vary();
        if (vary == null) {
            return false;
        }
        if (passed) {
            passing = value;
        } else {
            failing = value;
        }
        boolean turned = passed == (vary.goal() == Variation.Goal.FIRST_THAT_PASSES);
        boolean bisecting = !Double.isNaN(passing) && !Double.isNaN(failing);
        if (!turned && !bisecting) {
            if (rung + 1 >= vary.values().size()) {
                return false;
            }
            climb();
            return true;
        }
        return bisecting && between(vary);
    }

    private boolean between(Variation vary) {
        double step = vary.resolution();
        if (step <= 0 || Math.abs(passing - failing) <= step * 1.001) {
            return false;
        }
        double low = Math.min(passing, failing);
        double middle = low + Math.max(1, Math.floor(Math.abs(passing - failing) / 2 / step + 1e-6)) * step;
        double tidy = Math.rint(middle * 1e6) / 1e6;
        if (candidates.stream()
                .anyMatch(each -> each.name().equals(recipe.with(tidy).name()))) {
            return false;
        }
        add(tidy);
        return true;
    }

    /** The candidate that compresses most of those that pass, where only that one counts; absent if all count. */
    @Nullable
    Candidate best() {
        Variation vary = recipe.vary();
        if (vary == null || vary.goal() != Variation.Goal.FIRST_THAT_PASSES || Double.isNaN(passing)) {
            return null;
        }
        String name = recipe.with(passing).name();
        return candidates.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}

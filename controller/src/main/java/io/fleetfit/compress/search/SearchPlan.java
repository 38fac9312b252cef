package io.fleetfit.compress.search;

import io.fleetfit.compress.Recipe;
import java.util.List;

/**
 * What a search shall find.
 *
 * @param targets classes of devices
 * @param recipes to try, in this order
 * @param maxDrop most drop of quality that is allowed, as a share: 0.01 is one point
 * @param maxSlowdown most latency, as a ratio to the parent, where latency measured here counts
 * @param samples of the validation set
 * @param firstSamples of them in the first look at a candidate
 */
public record SearchPlan(
        List<SearchTarget> targets,
        List<Recipe> recipes,
        double maxDrop,
        double maxSlowdown,
        int samples,
        int firstSamples) {
    public SearchPlan {
        targets = List.copyOf(targets);
        recipes = List.copyOf(recipes);
        firstSamples = Math.min(firstSamples, samples);
    }
}

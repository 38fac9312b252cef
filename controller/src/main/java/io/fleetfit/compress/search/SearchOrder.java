package io.fleetfit.compress.search;

import io.fleetfit.protocol.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A search as it stands in line: everything is resolved, so that it goes on the same after a restart.
 *
 * @param model name of the model
 * @param version name of the version
 * @param source the version's file
 * @param plan what to find
 * @param calibration samples for passes that look at activations; absent if none were named
 * @param validation samples that quality is judged on
 * @param budgetSeconds most time in all, restarts not counted
 * @param parallel child processes at once
 */
public record SearchOrder(
        String model,
        String version,
        Digest source,
        SearchPlan plan,
        @Nullable DataChoice calibration,
        DataChoice validation,
        long budgetSeconds,
        int parallel) {}

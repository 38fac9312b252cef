package io.fleetfit.rollout.gate;

import io.fleetfit.rollout.plan.GateRule;
import org.jspecify.annotations.Nullable;

/**
 * A verdict with what it rests on.
 *
 * @param gate what was looked at
 * @param scope variant that it is about; absent is the version
 * @param verdict what the gate says
 * @param observed share of bad devices, or the value of the query; NaN-free: absent without samples
 * @param threshold share that is tolerated, or the bound of the query
 * @param samples devices judged, or values read
 * @param bad devices judged bad
 * @param lower lower end of the always-valid confidence bound of the share
 * @param upper upper end of it
 * @param detail one sentence for people
 */
public record Evidence(
        GateRule.Kind gate,
        @Nullable String scope,
        GateVerdict verdict,
        @Nullable Double observed,
        double threshold,
        long samples,
        long bad,
        @Nullable Double lower,
        @Nullable Double upper,
        String detail) {}

package io.fleetfit.fleet.breach;

import io.fleetfit.rollout.Rollout;
import org.jspecify.annotations.Nullable;

/** Breaks its package's rule on purpose: the fleet knows rollouts, and with the registry's breach a cycle. */
public final class Breach {
    /** What it must not know. */
    public Rollout known(Rollout forbidden) {
        return forbidden;
    }

    /** The other end of the cycle. */
    public io.fleetfit.registry.breach.@Nullable Breach other() {
        return null;
    }
}

package io.fleetfit.registry.breach;

import org.jspecify.annotations.Nullable;

/** Breaks its package's rule on purpose: the registry knows the fleet. */
public final class Breach {
    /** What it must not know. */
    public io.fleetfit.fleet.breach.@Nullable Breach known() {
        return null;
    }
}

package io.fleetfit.cost.breach;

import io.fleetfit.fit.Policy;

/** Breaks its package's rule on purpose: costs know decisions. */
public final class Breach {
    /** What it must not know. */
    public Policy known(Policy forbidden) {
        return forbidden;
    }
}

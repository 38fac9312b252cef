package io.fleetfit.fit.breach;

import io.fleetfit.profiles.Profile;

/** Breaks its package's rule on purpose: fit reads device profiles itself. */
public final class Breach {
    /** What it must not know. */
    public Profile known(Profile forbidden) {
        return forbidden;
    }
}

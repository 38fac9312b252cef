package io.fleetfit.cli.breach;

import io.fleetfit.registry.Model;

/** Breaks its package's rule on purpose: the command line reads the registry itself. */
public final class Breach {
    /** What it must not know. */
    public Model known(Model forbidden) {
        return forbidden;
    }
}

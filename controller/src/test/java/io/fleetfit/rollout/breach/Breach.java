package io.fleetfit.rollout.breach;

import io.vertx.core.Vertx;

/** Breaks its package's rule on purpose: the core knows an adapter's library. */
public final class Breach {
    /** What it must not know. */
    public Vertx known(Vertx forbidden) {
        return forbidden;
    }
}

package io.fleetfit.prometheus.breach;

import io.fleetfit.broker.EmbeddedBroker;

/** Breaks its package's rule on purpose: one adapter knows another. */
public final class Breach {
    /** What it must not know. */
    public EmbeddedBroker known(EmbeddedBroker forbidden) {
        return forbidden;
    }
}

package io.fleetfit.store.breach;

import io.fleetfit.broker.EmbeddedBroker;

/** Breaks its package's rule on purpose: the stores know the broker. */
public final class Breach {
    /** What it must not know. */
    public EmbeddedBroker known(EmbeddedBroker forbidden) {
        return forbidden;
    }
}

package io.fleetfit.http.breach;

import io.fleetfit.broker.EmbeddedBroker;

/** Breaks its package's rule on purpose: the API knows the broker. */
public final class Breach {
    /** What it must not know. */
    public EmbeddedBroker known(EmbeddedBroker forbidden) {
        return forbidden;
    }
}

package io.fleetfit.mqtt.breach;

import io.fleetfit.store.Database;

/** Breaks its package's rule on purpose: the gateway knows the stores. */
public final class Breach {
    /** What it must not know. */
    public Database known(Database forbidden) {
        return forbidden;
    }
}

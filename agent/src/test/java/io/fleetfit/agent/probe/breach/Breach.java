package io.fleetfit.agent.probe.breach;

import java.sql.Connection;

/** Breaks a rule on purpose: a database on a device. */
public final class Breach {
    /** What it must not know. */
    public Connection known(Connection forbidden) {
        return forbidden;
    }
}

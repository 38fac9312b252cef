package io.fleetfit.telemetry.breach;

import java.sql.Connection;

/** Breaks its package's rule on purpose: the core opens a database. */
public final class Breach {
    /** What it must not know. */
    public Connection known(Connection forbidden) {
        return forbidden;
    }
}

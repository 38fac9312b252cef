package io.fleetfit.deploy.bench.latency;

/** A table that cannot be used; the message names file, line, column and what to do. */
public final class BadTable extends Exception {
    private static final long serialVersionUID = 1L;

    BadTable(String message) {
        super(message);
    }
}

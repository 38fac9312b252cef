package io.fleetfit.agent.runtime;

/** The right to use what a slot serves until it is closed, whatever the slot serves meanwhile. */
public final class Lease implements AutoCloseable {
    private final Served served;
    private boolean closed;

    Lease(Served served) {
        this.served = served;
    }

    /** What was served when the lease was taken. */
    public Served served() {
        return served;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            served.release();
        }
    }
}

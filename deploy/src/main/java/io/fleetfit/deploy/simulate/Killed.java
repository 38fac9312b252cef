package io.fleetfit.deploy.simulate;

/** Stands for {@code kill -9}: nothing of the process runs after it. */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
        super("killed", null, false, false);
    }
}

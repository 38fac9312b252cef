package io.fleetfit.cli;

/** What the exit code of {@code fleetfit} means. */
public final class ExitCodes {
    public static final int OK = 0;

    /** The controller refused, or a job failed. */
    public static final int REFUSED = 1;

    /** Bad usage or input; nothing was sent. */
    public static final int USAGE = 2;

    /** The controller cannot be reached. */
    public static final int UNREACHABLE = 3;

    /** {@code fit explain}: no variant fits. */
    public static final int NO_FIT = 4;

    /** The rollout failed or was aborted. */
    public static final int ROLLOUT_FAILED = 5;

    private ExitCodes() {}
}

package io.fleetfit.cli;

/** Ends a command with one line on the standard error and an exit code. */
final class CliFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CliFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** What the user gave cannot be used: names the field, the value and the remedy. */
    static CliFailure badInput(String field, String value, String remedy) {
        return new CliFailure(ExitCodes.USAGE, field + " '" + value + "': " + remedy);
    }

    /** The controller answered, and said no. */
    static CliFailure refused(String message) {
        return new CliFailure(ExitCodes.REFUSED, message);
    }

    /** Nobody answered. */
    static CliFailure unreachable(String message) {
        return new CliFailure(ExitCodes.UNREACHABLE, message);
    }

    int exitCode() {
        return exitCode;
    }
}

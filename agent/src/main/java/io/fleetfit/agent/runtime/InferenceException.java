package io.fleetfit.agent.runtime;

/** An inference could not be done; the message is for whoever asked. */
public final class InferenceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean callersFault;

    private InferenceException(String message, boolean callersFault, Throwable cause) {
        super(message, cause);
        this.callersFault = callersFault;
    }

    private InferenceException(String message, boolean callersFault) {
        super(message);
        this.callersFault = callersFault;
    }

    /** What was sent cannot be inferred. */
    public static InferenceException badInput(String message) {
        return new InferenceException(message, true);
    }

    /** The model failed. */
    public static InferenceException failed(String message, Throwable cause) {
        return new InferenceException(message, false, cause);
    }

    /** Whether the caller can mend it. */
    public boolean isCallersFault() {
        return callersFault;
    }
}

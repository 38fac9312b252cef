package io.fleetfit.agent.runtime;

/** An inference could not be done; the message is for whoever asked. */
public final class InferenceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Whose fault it is. */
    public enum Reason {
        /** What was sent cannot be inferred. */
        BAD_INPUT,
        /** What was sent is larger than this device takes. */
        TOO_LARGE,
        /** The device is busy with other requests; the same request may succeed later. */
        BUSY,
        /** The model failed. */
        FAILED
    }

    private InferenceException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    private InferenceException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What was sent cannot be inferred. */
    public static InferenceException badInput(String message) {
        return new InferenceException(Reason.BAD_INPUT, message);
    }

    /** What was sent is larger than this device takes. */
    public static InferenceException tooLarge(String message) {
        return new InferenceException(Reason.TOO_LARGE, message);
    }

    /** Other requests take all that there is. */
    public static InferenceException busy(String message) {
        return new InferenceException(Reason.BUSY, message);
    }

    /** The model failed. */
    public static InferenceException failed(String message, Throwable cause) {
        return new InferenceException(Reason.FAILED, message, cause);
    }

    /** Whose fault it is. */
    public Reason reason() {
        return reason;
    }
}

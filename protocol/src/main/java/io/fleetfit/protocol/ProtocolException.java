package io.fleetfit.protocol;

/** A message that cannot be read: malformed, of an unknown major version, or with a bad signature. */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** A typed reason with a message for people. */
    public ProtocolException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    /** The same with a cause. */
    public ProtocolException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The typed reason. */
    public ErrorCode code() {
        return code;
    }
}

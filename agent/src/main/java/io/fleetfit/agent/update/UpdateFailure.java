package io.fleetfit.agent.update;

import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.UpdateError;
import org.jspecify.annotations.Nullable;

/** A step of an update failed for a typed reason that goes to the controller as it is. */
public final class UpdateFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient UpdateError error;
    private final transient @Nullable Qualification qualification;

    /** For a complete error. */
    public UpdateFailure(UpdateError error) {
        this(error, null);
    }

    /** For a complete error with the exception behind it. */
    public UpdateFailure(UpdateError error, @Nullable Throwable cause) {
        this(error, null, cause);
    }

    private UpdateFailure(UpdateError error, @Nullable Qualification qualification, @Nullable Throwable cause) {
        super(error.code() + ": " + error.message(), cause);
        this.error = error;
        this.qualification = qualification;
    }

    /** An error of a trial, with the numbers that it came to. */
    public static UpdateFailure qualified(UpdateError error, Qualification qualification) {
        return new UpdateFailure(error, qualification, null);
    }

    /** An error without numbers. */
    public static UpdateFailure of(ErrorCode code, String message) {
        return new UpdateFailure(UpdateError.of(code, message));
    }

    /** An error without numbers and with the exception behind it. */
    public static UpdateFailure of(ErrorCode code, String message, Throwable cause) {
        return new UpdateFailure(UpdateError.of(code, message), cause);
    }

    /** What goes to the controller. */
    public UpdateError error() {
        return error;
    }

    /** What the trial measured; null where the failure came from no trial. */
    public @Nullable Qualification qualification() {
        return qualification;
    }
}

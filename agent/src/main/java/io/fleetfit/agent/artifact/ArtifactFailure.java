package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.UpdateError;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A blob could not be fetched, checked or kept, for a typed reason. */
public final class ArtifactFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient UpdateError error;

    /** For a complete error, with the exception behind it if there is one. */
    public ArtifactFailure(UpdateError error, @Nullable Throwable cause) {
        super(error.code() + ": " + error.message(), cause);
        this.error = error;
    }

    /** An error without numbers. */
    public static ArtifactFailure of(ErrorCode code, String message) {
        return new ArtifactFailure(UpdateError.of(code, message), null);
    }

    /** A failed read or write: {@code STORAGE_FULL} when the disk has no room, {@code STORAGE_IO} otherwise. */
    public static ArtifactFailure io(String what, IOException cause) {
        String reason = cause instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : String.valueOf(cause.getMessage());
        String lower = reason.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("disk quota") || lower.contains("not enough space")) {
            return new ArtifactFailure(
                    UpdateError.of(ErrorCode.STORAGE_FULL, what + ": the disk is full; free some space"), cause);
        }
        return new ArtifactFailure(UpdateError.of(ErrorCode.STORAGE_IO, what + ": " + reason), cause);
    }

    /** What goes to the controller. */
    public UpdateError error() {
        return error;
    }
}

package io.fleetfit.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Why an update failed.
 *
 * @param code typed reason
 * @param message for people: what happened and what to do
 * @param needed the number that was needed, in the unit of the code (bytes, milliseconds), where there is one
 * @param available the number that was there, same unit
 */
public record UpdateError(
        ErrorCode code,
        String message,
        @Nullable Double needed,
        @Nullable Double available) {
    /** A failure without numbers. */
    public static UpdateError of(ErrorCode code, String message) {
        return new UpdateError(code, message, null, null);
    }
}

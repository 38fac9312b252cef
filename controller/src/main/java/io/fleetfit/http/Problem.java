package io.fleetfit.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NoSpace;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.Refused;
import org.jspecify.annotations.Nullable;

/**
 * Problem details as RFC 9457 has them, with three more members that say what to mend.
 *
 * @param type names the sort of problem; stable
 * @param title the sort of problem for people
 * @param status HTTP status
 * @param detail this problem for people
 * @param field what is at fault
 * @param value its value
 * @param remedy what to do
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String field,
        @Nullable String value,
        @Nullable String remedy) {
    /** Media type of problems. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** A problem without field. */
    static Problem of(int status, String type, String title, String detail) {
        return new Problem("urn:fleetfit:problem:" + type, title, status, detail, null, null, null);
    }

    /** What a refusal of the services is in HTTP. */
    static Problem of(Refused refused) {
        String detail = String.valueOf(refused.getMessage());
        if (refused instanceof NotFound) {
            return refused(404, "not-found", "Not found", detail, refused);
        }
        if (refused instanceof NoSpace) {
            return refused(507, "no-space", "Insufficient storage", detail, refused);
        }
        if (refused instanceof Conflict) {
            return refused(409, "conflict", "Conflict", detail, refused);
        }
        return refused(422, "invalid", "Invalid request", detail, refused);
    }

    /** A field of the request that is missing or wrong. */
    static Invalid invalid(String field, @Nullable Object value, String message, String remedy) {
        return new Invalid(message, field, value, remedy);
    }

    private static Problem refused(int status, String type, String title, String detail, Refused refused) {
        return new Problem(
                "urn:fleetfit:problem:" + type,
                title,
                status,
                detail,
                refused.field(),
                refused.value(),
                refused.remedy());
    }
}

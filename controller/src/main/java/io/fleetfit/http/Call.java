package io.fleetfit.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.registry.Invalid;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request as an action sees it. */
final class Call {
    private static final ObjectMapper JSON =
            JsonCodec.mapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /** Under which the name of the caller's token stands. */
    static final String WHO = "fleetfit.who";

    private final RoutingContext context;

    Call(RoutingContext context) {
        this.context = context;
    }

    /** Name of the caller's token. */
    String who() {
        String who = context.get(WHO);
        return who == null ? "nobody" : who;
    }

    /** A part of the path. */
    String path(String name) {
        return context.pathParam(name);
    }

    /** A parameter of the query; absent or empty is absent. */
    Optional<String> query(String name) {
        return Optional.ofNullable(context.queryParams().get(name)).filter(value -> !value.isBlank());
    }

    /** A parameter that must be there. */
    String required(String name) {
        return query(name)
                .orElseThrow(() -> new Invalid(
                        "the query parameter '" + name + "' is missing", name, null, "add ?" + name + "=…"));
    }

    /** A whole number of the query. */
    int number(String name, int absent, int least, int most) {
        Optional<String> text = query(name);
        if (text.isEmpty()) {
            return absent;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new Invalid(
                "'" + name + "' must be a whole number from " + least + " to " + most,
                name,
                text.get(),
                "use one in that range");
    }

    /** The body as text. */
    String text() {
        return Optional.ofNullable(context.body().asString()).orElse("");
    }

    /** The JSON body, or {@code absent} where there is none. */
    <T> T bodyOr(Class<T> type, T absent) {
        Buffer body = context.body().buffer();
        return body == null || body.length() == 0 ? absent : body(type);
    }

    /** The JSON body; fields that are unknown or of the wrong type are named. */
    <T> T body(Class<T> type) {
        Buffer body = context.body().buffer();
        if (body == null || body.length() == 0) {
            throw new Invalid("the request has no body", "body", "", "send a JSON object");
        }
        try {
            T value = JSON.readValue(body.getBytes(), type);
            if (value == null) {
                throw new Invalid("the body is null", "body", "null", "send a JSON object");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw new Invalid(
                    "there is no field '" + path(e) + "'",
                    path(e),
                    e.getPropertyName(),
                    "use some of " + e.getKnownPropertyIds());
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof IllegalArgumentException wrong && e.getCause() != null) {
                throw new Invalid(String.valueOf(wrong.getMessage()), path(e), null, "correct this field");
            }
            throw new Invalid(
                    "the field '" + path(e) + "' is not understood: " + e.getOriginalMessage(),
                    path(e),
                    null,
                    "see /api/v1/openapi.yaml for its type");
        } catch (JsonProcessingException e) {
            throw new Invalid("the body is not JSON: " + e.getOriginalMessage(), "body", null, "send a JSON object");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference reference : e.getPath()) {
            if (reference.getFieldName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
            }
        }
        return path.isEmpty() ? "body" : path.toString();
    }

    /** {@code value}, which the body must have. */
    static <T> T need(String field, @Nullable T value) {
        if (value == null) {
            throw new Invalid("the field '" + field + "' is missing", field, null, "add it");
        }
        return value;
    }

    /** {@code value} or an empty list. */
    static <T> List<T> orEmpty(@Nullable List<T> value) {
        return value == null ? List.of() : value;
    }

    /** A digest that the body must have. */
    static Digest digest(String field, @Nullable String value) {
        try {
            return new Digest(need(field, value));
        } catch (IllegalArgumentException e) {
            throw new Invalid("'" + field + "' is no SHA-256", field, value, "use 64 hexadecimal digits");
        }
    }
}

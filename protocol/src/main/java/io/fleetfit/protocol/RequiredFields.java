package io.fleetfit.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds fields that a message of a record type must have but its JSON lacks. */
final class RequiredFields {
    private RequiredFields() {}

    /** Dotted path of the first component without {@link Nullable} that the JSON lacks; null if there is none. */
    static @Nullable String firstMissing(JsonNode json, Class<?> type) {
        if (!type.isRecord() || !json.isObject()) {
            return null;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            JsonNode value = json.get(component.getName());
            if (value == null || value.isNull()) {
                if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                    return component.getName();
                }
                continue;
            }
            String inner = missingInside(value, component);
            if (inner != null) {
                return component.getName() + inner;
            }
        }
        return null;
    }

    private static @Nullable String missingInside(JsonNode value, RecordComponent component) {
        if (!value.isArray()) {
            String inner = firstMissing(value, component.getType());
            return inner == null ? null : "." + inner;
        }
        Class<?> item = itemType(component.getGenericType());
        for (int i = 0; item != null && i < value.size(); i++) {
            if (value.get(i).isNull()) {
                return "[" + i + "]";
            }
            String inner = firstMissing(value.get(i), item);
            if (inner != null) {
                return "[" + i + "]." + inner;
            }
        }
        return null;
    }

    private static @Nullable Class<?> itemType(Type list) {
        if (list instanceof ParameterizedType generic
                && generic.getRawType() == List.class
                && generic.getActualTypeArguments()[0] instanceof Class<?> item) {
            return item;
        }
        return null;
    }
}

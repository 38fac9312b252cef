package io.fleetfit.protocol;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/** Finds record components that must not be null but are, as a message with a missing field gives. */
final class RecordNulls {
    private RecordNulls() {}

    /** Dotted path of the first component that lacks {@link Nullable} and is null; null if there is none. */
    static @Nullable String firstMissing(Object value) {
        if (value instanceof Iterable<?> items) {
            for (Object item : items) {
                String missing = firstMissing(item);
                if (missing != null) {
                    return missing;
                }
            }
            return null;
        }
        return value.getClass().isRecord() ? missingComponent(value) : null;
    }

    private static @Nullable String missingComponent(Object message) {
        for (RecordComponent component : message.getClass().getRecordComponents()) {
            Object part = read(component, message);
            if (part == null) {
                if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                    return component.getName();
                }
                continue;
            }
            String inner = firstMissing(part);
            if (inner != null) {
                return component.getName() + "." + inner;
            }
        }
        return null;
    }

    private static @Nullable Object read(RecordComponent component, Object message) {
        try {
            return component.getAccessor().invoke(message);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}

package io.fleetfit.registry;

import org.jspecify.annotations.Nullable;

/** A value that breaks the rules, whatever the state of things. */
public final class Invalid extends Refused {
    private static final long serialVersionUID = 1L;

    /** Message for people, then field, value and remedy. */
    public Invalid(String message, String field, @Nullable Object value, String remedy) {
        super(message, field, String.valueOf(value), remedy);
    }
}

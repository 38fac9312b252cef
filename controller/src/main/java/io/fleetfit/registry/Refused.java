package io.fleetfit.registry;

import org.jspecify.annotations.Nullable;

/**
 * A request that the controller's services turn down, with what a caller needs to mend it. Every one of them is an
 * answer to the caller, not a fault of the controller.
 */
public abstract sealed class Refused extends RuntimeException permits Conflict, Invalid, NoSpace, NotFound {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String value;
    private final @Nullable String remedy;

    Refused(String message, String field, String value, @Nullable String remedy) {
        super(message);
        this.field = field;
        this.value = value;
        this.remedy = remedy;
    }

    /** Name of the field or thing at fault. */
    public String field() {
        return field;
    }

    /** The value at fault, as text. */
    public String value() {
        return value;
    }

    /** What to do about it; absent where nothing helps. */
    public @Nullable String remedy() {
        return remedy;
    }
}

package io.fleetfit.agent.runtime;

import io.fleetfit.protocol.Qualification.Outcome;
import org.jspecify.annotations.Nullable;

/** A variant did not pass its trial. */
final class TrialFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final Outcome outcome;
    private final @Nullable Double needed;
    private final @Nullable Double available;

    TrialFailure(Outcome outcome, String message) {
        this(outcome, message, null, null);
    }

    TrialFailure(Outcome outcome, String message, @Nullable Double needed, @Nullable Double available) {
        super(message);
        this.outcome = outcome;
        this.needed = needed;
        this.available = available;
    }

    Outcome outcome() {
        return outcome;
    }

    @Nullable
    Double needed() {
        return needed;
    }

    @Nullable
    Double available() {
        return available;
    }
}

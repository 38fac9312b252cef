package io.fleetfit.agent.runtime;

import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.Qualification;

/** Port: tries a variant before it is loaded beside what serves. Used by one thread. */
public interface Qualifier extends AutoCloseable {
    /**
     * Loads the variant, runs it and holds what it measures against contract, golden outputs and budget.
     *
     * @throws UpdateFailure with the numbers that it came to
     */
    Qualification qualify(TrialOrder order) throws UpdateFailure;

    /** A variant will be tried soon. */
    default void prepare() {}

    /** None will be tried for now. */
    default void rest() {}

    @Override
    default void close() {}
}

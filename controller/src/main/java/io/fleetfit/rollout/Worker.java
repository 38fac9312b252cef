package io.fleetfit.rollout;

import java.time.Duration;

/** The one thread that steps rollouts; runs one piece of work at a time. */
public interface Worker extends AutoCloseable {
    /** Does the work after a delay, unless it was closed before. */
    void after(Duration delay, Runnable work);

    /** Ends after the work under way. */
    @Override
    void close();
}

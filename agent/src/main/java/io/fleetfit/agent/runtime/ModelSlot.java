package io.fleetfit.agent.runtime;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A place where one variant serves. The swap is one atomic step: a request sees the old one or the new one, whole. */
public final class ModelSlot {
    private final AtomicReference<@Nullable Served> active = new AtomicReference<>();

    /** A lease on what serves now; empty when nothing does. */
    public Optional<Lease> acquire() {
        while (true) {
            Served now = active.get();
            if (now == null) {
                return Optional.empty();
            }
            if (now.retain()) {
                return Optional.of(new Lease(now));
            }
        }
    }

    /** Lets another variant serve, or none; what served before is closed after its last user. */
    void swap(@Nullable Served next) {
        Served before = active.getAndSet(next);
        if (before != null) {
            before.release();
        }
    }
}

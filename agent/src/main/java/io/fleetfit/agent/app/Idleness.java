package io.fleetfit.agent.app;

import io.fleetfit.agent.update.UpdateReport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Whether the device has nothing to do: no update under way, and no inference for a while. */
final class Idleness implements BooleanSupplier {
    private static final long QUIET_NANOS = 1_500_000_000L;

    private final Supplier<UpdateReport> updates;
    private final LongSupplier inferences;
    private final LongSupplier nanos;
    private long lastCount = -1;
    private long lastChange;

    /** @param inferences count of all that were done */
    Idleness(Supplier<UpdateReport> updates, LongSupplier inferences, LongSupplier nanos) {
        this.updates = updates;
        this.inferences = inferences;
        this.nanos = nanos;
    }

    @Override
    public synchronized boolean getAsBoolean() {
        long now = nanos.getAsLong();
        long count = inferences.getAsLong();
        if (count != lastCount) {
            lastCount = count;
            lastChange = now;
        }
        return now - lastChange >= QUIET_NANOS
                && updates.get().slots().stream().allMatch(slot -> slot.state().isResting());
    }
}

package io.fleetfit.agent.update;

import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * The two clocks of the update machine.
 *
 * @param wall for what is told to people and for expiry; may jump
 * @param nanos monotonic, for everything that lasts
 */
public record MachineTime(Clock wall, LongSupplier nanos) {
    /** Those of the system. */
    public static MachineTime system() {
        return new MachineTime(Clock.systemUTC(), System::nanoTime);
    }
}

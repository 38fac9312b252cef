package io.fleetfit.protocol;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a device says of itself after each change.
 *
 * @param protocol {@link Protocol#VERSION}
 * @param deviceId who
 * @param bootId changes with every start of the agent
 * @param sequence grows with every report within a boot; older ones are ignored
 * @param at device clock
 * @param generation newest desired generation that was accepted; 0 before the first
 * @param slots all slots
 * @param refused the last desired state that was refused, with the reason; absent if none
 */
public record ReportedState(
        String protocol,
        String deviceId,
        String bootId,
        long sequence,
        Instant at,
        long generation,
        List<SlotReport> slots,
        @Nullable UpdateError refused) {
    public ReportedState {
        slots = List.copyOf(slots);
    }
}

package io.fleetfit.agent.update;

import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the update machine tells of itself.
 *
 * @param generation newest accepted one; 0 before the first
 * @param slots all slots
 * @param refused the last desired state that was refused; absent if none
 */
public record UpdateReport(
        long generation, List<SlotReport> slots, @Nullable UpdateError refused) {
    public UpdateReport {
        slots = List.copyOf(slots);
    }
}

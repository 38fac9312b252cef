package io.fleetfit.fleet;

import io.fleetfit.protocol.ReportedState;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Desired and reported state of one device.
 *
 * @param deviceId who
 * @param generation of the newest desired state; 0 before the first
 * @param targets what it shall run
 * @param reported what it last said; absent before the first
 */
public record DeviceTwin(
        String deviceId,
        long generation,
        List<SlotTarget> targets,
        @Nullable ReportedState reported) {
    public DeviceTwin {
        targets = List.copyOf(targets);
    }

    /** What the slot shall hold. */
    public Optional<SlotTarget> target(String slot) {
        return targets.stream().filter(target -> target.slot().equals(slot)).findFirst();
    }
}

package io.fleetfit.agent.update;

import io.fleetfit.protocol.UpdateError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the update machine must know after a restart.
 *
 * @param format of the journal; 1
 * @param controller digest of the controller's public key, whose generations these are; absent before the first
 * @param generation newest accepted one; 0 before the first
 * @param accepted digest of the assignments of the accepted desired state; absent before the first
 * @param slots all slots
 * @param refused the last desired state that was refused; absent if none was since the last accepted one
 */
public record JournalState(
        int format,
        @Nullable String controller,
        long generation,
        @Nullable String accepted,
        List<SlotRecord> slots,
        @Nullable UpdateError refused) {
    /** The format that this code writes. */
    public static final int FORMAT = 1;

    public JournalState {
        slots = List.copyOf(slots);
    }

    /** Before anything was accepted. */
    public static JournalState empty() {
        return new JournalState(FORMAT, null, 0, null, List.of(), null);
    }

    Optional<SlotRecord> find(String slot) {
        return slots.stream().filter(record -> record.slot().equals(slot)).findFirst();
    }

    JournalState with(SlotRecord record) {
        List<SlotRecord> changed = new ArrayList<>(slots);
        changed.removeIf(old -> old.slot().equals(record.slot()));
        changed.add(record);
        return withSlots(changed);
    }

    JournalState without(String slot) {
        return withSlots(
                slots.stream().filter(record -> !record.slot().equals(slot)).toList());
    }

    JournalState withRefused(@Nullable UpdateError error) {
        return new JournalState(format, controller, generation, accepted, slots, error);
    }

    /** A new desired state is accepted. */
    JournalState accept(long newGeneration, String digest, List<SlotRecord> changed) {
        return new JournalState(format, controller, newGeneration, digest, changed, null);
    }

    /** The same slots under the generations of this controller, which count anew if it is another one. */
    JournalState of(String controllerKey) {
        return controllerKey.equals(controller)
                ? this
                : new JournalState(format, controllerKey, 0, null, slots, refused);
    }

    private JournalState withSlots(List<SlotRecord> changed) {
        return new JournalState(format, controller, generation, accepted, changed, refused);
    }
}

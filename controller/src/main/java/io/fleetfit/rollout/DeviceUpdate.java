package io.fleetfit.rollout;

import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.VariantRef;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One device in a rollout.
 *
 * @param rollout id of the rollout
 * @param deviceId who
 * @param wave number of the wave, from 0
 * @param variant chosen variant; absent when none fits
 * @param previous what the slot held before, for a revert; absent if nothing
 * @param state where it stands
 * @param generation desired generation that asks for it; 0 before it is asked
 * @param error why it failed; absent otherwise
 * @param updatedAt newest change
 */
public record DeviceUpdate(
        String rollout,
        String deviceId,
        int wave,
        @Nullable VariantRef variant,
        @Nullable VariantRef previous,
        State state,
        long generation,
        @Nullable UpdateError error,
        Instant updatedAt) {
    /** Where a device stands in a rollout. */
    public enum State {
        /** Not asked yet. */
        PENDING,
        /** No variant fits; nothing is asked. */
        NO_FIT,
        /** It runs the chosen variant already. */
        CURRENT,
        /** Asked, and not yet there. */
        UPDATING,
        SUCCEEDED,
        FAILED,
        /** Taken back or never asked, because the rollout was aborted. */
        ABORTED;

        /** Whether nothing more will happen. */
        public boolean isEnded() {
            return switch (this) {
                case NO_FIT, CURRENT, SUCCEEDED, FAILED, ABORTED -> true;
                case PENDING, UPDATING -> false;
            };
        }
    }
}

package io.fleetfit.rollout;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.VariantRef;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One device in a rollout.
 *
 * <pre>
 * PENDING → STAGING → STAGED → UPDATING → SUCCEEDED | FAILED
 *    │         │         │         │           │         │
 *    │         └─────────┴─────────┴→ REVERTING → REVERTED | ABORTED
 *    └→ SKIPPED | ABORTED
 * </pre>
 *
 * @param rollout id of the rollout
 * @param deviceId who
 * @param place where it stands in the order of the rollout
 * @param wave number of the wave that asked it, from 0; 0 before it is asked
 * @param variant chosen variant; absent when none fits
 * @param previous what the slot held before, for a revert; absent if nothing
 * @param state where it stands
 * @param act what is still to be told to the device; stored with the state, before it is told
 * @param generation desired generation that asks for the state; 0 before it is told
 * @param error why it failed; absent otherwise
 * @param watch what was seen of it since it was asked
 * @param updatedAt newest change of the state
 */
public record DeviceUpdate(
        String rollout,
        String deviceId,
        Place place,
        int wave,
        @Nullable VariantRef variant,
        @Nullable VariantRef previous,
        State state,
        Act act,
        long generation,
        @Nullable UpdateError error,
        Watch watch,
        Instant updatedAt) {

    /** Where a device stands in a rollout. */
    public enum State {
        /** Not asked yet. */
        PENDING,
        /** No variant fits; nothing is asked. */
        NO_FIT,
        /** It runs the chosen variant already. */
        CURRENT,
        /** Asked to download, not to activate. */
        STAGING,
        /** Downloaded and checked, not activated. */
        STAGED,
        /** Asked, and not yet there. */
        UPDATING,
        SUCCEEDED,
        FAILED,
        /** Asked to go back. */
        REVERTING,
        /** Went back to what it ran before. */
        REVERTED,
        /** A deployment of a higher priority has the slot. */
        SKIPPED,
        /** Never asked, or called off, and not heard of since; what it ran before is what it shall run. */
        ABORTED;

        /** Whether nothing more will happen by itself. */
        public boolean isEnded() {
            return switch (this) {
                case NO_FIT, CURRENT, SUCCEEDED, FAILED, REVERTED, SKIPPED, ABORTED -> true;
                case PENDING, STAGING, STAGED, UPDATING, REVERTING -> false;
            };
        }

        /** Whether the device is at work for the rollout now. */
        public boolean isInFlight() {
            return switch (this) {
                case STAGING, UPDATING, REVERTING -> true;
                case PENDING, NO_FIT, CURRENT, STAGED, SUCCEEDED, FAILED, REVERTED, SKIPPED, ABORTED -> false;
            };
        }

        /** Whether the device was asked to run the new version and was not called back. */
        public boolean isExposed() {
            return switch (this) {
                case UPDATING, SUCCEEDED, FAILED -> true;
                case PENDING, NO_FIT, CURRENT, STAGING, STAGED, REVERTING, REVERTED, SKIPPED, ABORTED -> false;
            };
        }
    }

    /** What is to be told to a device. */
    public enum Act {
        NONE,
        /** Download and check the variant, no more. */
        STAGE,
        /** Run the variant. */
        ACTIVATE,
        /** Run what it ran before. */
        RESTORE
    }

    /**
     * Where a device stands in the order of a rollout; frozen when it enters.
     *
     * @param profile its profile
     * @param zone time zone for the window
     * @param group value of the label that bounds how many are unavailable; empty if it is in no group
     * @param order hash of device and version, then those that came later
     * @param bytes what the update moves
     * @param decision key of the fit decision
     */
    public record Place(String profile, String zone, String group, long order, long bytes, String decision) {
        /** Orders from here on belong to devices that came later or were out of reach; they come with the last wave. */
        public static final long LATER = 1L << 62;

        /** The same place behind all that were there from the start. */
        Place later() {
            return new Place(profile, zone, group, order | LATER, bytes, decision);
        }
    }

    /**
     * What was seen of a device since it was asked.
     *
     * @param seen whether it took the newest assignment up
     * @param activeAt when the controller first heard that the new variant serves; absent before
     * @param measured bit a gate: it was judged
     * @param bad bit a gate: it was judged bad
     * @param settled whether its watch is over
     * @param attempts how often it was asked before with another variant or without an answer
     */
    public record Watch(
            boolean seen, @Nullable Instant activeAt, int measured, int bad, boolean settled, int attempts) {
        /** Before it is asked. */
        public static final Watch NEW = new Watch(false, null, 0, 0, false, 0);

        Watch taken() {
            return new Watch(true, activeAt, measured, bad, settled, attempts);
        }

        Watch active(Instant at) {
            return new Watch(true, activeAt == null ? at : activeAt, measured, bad, settled, attempts);
        }

        Watch judged(int gate, boolean isBad) {
            return new Watch(seen, activeAt, measured | 1 << gate, isBad ? bad | 1 << gate : bad, settled, attempts);
        }

        Watch over() {
            return new Watch(seen, activeAt, measured, bad, true, attempts);
        }

        Watch again() {
            return new Watch(false, null, 0, 0, false, attempts + 1);
        }

        boolean isMeasured(int gate) {
            return (measured >> gate & 1) == 1;
        }

        boolean isBad(int gate) {
            return (bad >> gate & 1) == 1;
        }
    }

    /** Whether something is still to be told to the device. */
    @JsonIgnore
    public boolean isDue() {
        return act != Act.NONE;
    }

    DeviceUpdate to(State next, Act todo, Instant now) {
        return new DeviceUpdate(
                rollout,
                deviceId,
                place,
                wave,
                variant,
                previous,
                next,
                todo,
                todo == Act.NONE ? generation : 0,
                error,
                watch,
                now);
    }

    DeviceUpdate inWave(int number) {
        return new DeviceUpdate(
                rollout, deviceId, place, number, variant, previous, state, act, generation, error, watch, updatedAt);
    }

    DeviceUpdate with(@Nullable UpdateError why) {
        return new DeviceUpdate(
                rollout, deviceId, place, wave, variant, previous, state, act, generation, why, watch, updatedAt);
    }

    DeviceUpdate with(Watch seen) {
        return new DeviceUpdate(
                rollout, deviceId, place, wave, variant, previous, state, act, generation, error, seen, updatedAt);
    }

    DeviceUpdate with(Place elsewhere) {
        return new DeviceUpdate(
                rollout, deviceId, elsewhere, wave, variant, previous, state, act, generation, error, watch, updatedAt);
    }

    DeviceUpdate choosing(VariantRef other) {
        return new DeviceUpdate(
                rollout, deviceId, place, wave, other, previous, state, act, generation, error, watch, updatedAt);
    }

    /** The act was done: the device's desired state of that generation says so. */
    public DeviceUpdate told(long atGeneration) {
        return new DeviceUpdate(
                rollout,
                deviceId,
                place,
                wave,
                variant,
                previous,
                state,
                Act.NONE,
                atGeneration,
                error,
                watch,
                updatedAt);
    }
}

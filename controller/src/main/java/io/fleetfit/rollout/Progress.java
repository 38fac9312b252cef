package io.fleetfit.rollout;

import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.Rollout.State;
import io.fleetfit.rollout.gate.Evidence;
import io.fleetfit.rollout.gate.Tally;
import io.fleetfit.rollout.plan.Reaction;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a rollout stands, in numbers: all that the planner must know beside the devices that a step is about.
 *
 * @param wave number of the wave under way, from 0
 * @param phase what it does in the wave
 * @param phaseSince since when
 * @param counts devices by state
 * @param waves figures of each wave, and behind the last of the devices that joined after it
 * @param tallies devices counted by gates; by {@link Books#key}
 * @param acknowledged what of {@code tallies} somebody has seen and does not count any more
 * @param control devices that still run the old version, counted by the same gates; by number of the gate
 * @param givenUp variants that no device gets any more
 * @param rate asks that are allowed now
 * @param bytes downloads in bytes that are allowed now
 * @param groups devices that are under way or failed, by group
 * @param failures devices that failed, by code
 * @param evidence newest verdicts of the wave
 * @param ending what the rollout does as it ends; absent while it does not
 * @param endState the state in which it will end; absent while it does not end
 */
public record Progress(
        int wave,
        Phase phase,
        Instant phaseSince,
        Map<DeviceUpdate.State, Long> counts,
        List<WaveFigures> waves,
        Map<String, Tally> tallies,
        Map<String, Tally> acknowledged,
        Map<String, Tally> control,
        Set<VariantRef> givenUp,
        Bucket rate,
        Bucket bytes,
        Map<String, Integer> groups,
        Map<ErrorCode, Long> failures,
        List<Evidence> evidence,
        @Nullable Reaction ending,
        @Nullable State endState) {

    /** What a rollout does in its wave. */
    public enum Phase {
        /** Waits for somebody to promote it. */
        APPROVAL,
        /** Lets all devices download; no wave has begun. */
        STAGING,
        /** Asks devices and watches them. */
        ROLLING,
        /** Sends devices of a variant that was given up to the next best one. */
        MOVING,
        /** All devices of the wave are done and the gates do not decide. */
        HELD
    }

    /**
     * Figures of one wave.
     *
     * @param asked devices that were asked to run the new version
     * @param succeeded those that run it
     * @param failed those that failed
     * @param activated those that came to serve it and are still watched
     * @param startedAt when it began; absent before
     * @param newest newest activation in it; absent before
     * @param endedAt when its gates let it pass; absent before
     */
    public record WaveFigures(
            long asked,
            long succeeded,
            long failed,
            long activated,
            @Nullable Instant startedAt,
            @Nullable Instant newest,
            @Nullable Instant endedAt) {
        static final WaveFigures NONE = new WaveFigures(0, 0, 0, 0, null, null, null);
    }

    /**
     * A token bucket.
     *
     * @param tokens what may be taken now; may be negative
     * @param at when it was filled last
     */
    public record Bucket(double tokens, Instant at) {}

    public Progress {
        counts = Map.copyOf(counts);
        waves = List.copyOf(waves);
        tallies = Map.copyOf(tallies);
        acknowledged = Map.copyOf(acknowledged);
        control = Map.copyOf(control);
        givenUp = Set.copyOf(givenUp);
        groups = Map.copyOf(groups);
        failures = Map.copyOf(failures);
        evidence = List.copyOf(evidence);
    }

    /** Where a rollout of so many waves begins. */
    static Progress begin(int waves, Map<DeviceUpdate.State, Long> counts, Instant now) {
        return new Progress(
                0,
                Phase.ROLLING,
                now,
                counts,
                Collections.nCopies(waves + 1, WaveFigures.NONE),
                Map.of(),
                Map.of(),
                Map.of(),
                Set.of(),
                new Bucket(1, now),
                new Bucket(1, now),
                Map.of(),
                Map.of(),
                List.of(),
                null,
                null);
    }

    /** How many devices stand in the state. */
    public long count(DeviceUpdate.State state) {
        return counts.getOrDefault(state, 0L);
    }
}

package io.fleetfit.rollout;

import io.fleetfit.protocol.SlotReport;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.gate.DeviceFigures;
import io.fleetfit.rollout.gate.Reference;
import io.fleetfit.rollout.gate.Tally;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was seen since the last step. A device appears once in a list; the planner takes the lists in this order.
 *
 * @param gone devices that do not exist any more
 * @param sightings devices that reported
 * @param overdue devices that are at work for longer than they may
 * @param silent devices that were activated and have fallen silent
 * @param measured devices that sent telemetry
 * @param soaked devices whose watch is over
 * @param candidates devices that may be asked, moved to another variant, or taken back now
 * @param others whether devices wait that only a closed window or a full group holds back
 * @param control devices that still run the old version, counted by the gates; by number of the gate
 * @param queries values of queries by number of the gate; NaN where the query had no answer
 * @param waitsFor why the rollout may not begin, for people; absent if it may
 */
public record Observations(
        List<DeviceUpdate> gone,
        List<Sighting> sightings,
        List<DeviceUpdate> overdue,
        List<DeviceUpdate> silent,
        List<Measured> measured,
        List<DeviceUpdate> soaked,
        List<Candidate> candidates,
        boolean others,
        Map<Integer, Tally> control,
        Map<Integer, Double> queries,
        @Nullable String waitsFor) {

    /**
     * A device that reported.
     *
     * @param update as it is stored
     * @param generation newest desired generation that the device has taken up
     * @param slot its slot; absent when it has none of that name
     * @param ranking variants that fit it, best first; may be empty unless it reports a failure
     */
    public record Sighting(
            DeviceUpdate update, long generation, @Nullable SlotReport slot, List<VariantRef> ranking) {
        public Sighting {
            ranking = List.copyOf(ranking);
        }
    }

    /**
     * A device that measured.
     *
     * @param update as it is stored
     * @param figures since its activation
     * @param reference what devices of its profile measure with the old version
     */
    public record Measured(DeviceUpdate update, DeviceFigures figures, Reference reference) {}

    /**
     * A device that may be asked.
     *
     * @param update as it is stored
     * @param ranking variants that fit it, best first
     * @param owner deployment of a higher priority that has the slot; absent if there is none
     * @param busy whether another rollout is at work in the slot
     */
    public record Candidate(
            DeviceUpdate update,
            List<VariantRef> ranking,
            @Nullable String owner,
            boolean busy) {
        public Candidate {
            ranking = List.copyOf(ranking);
        }
    }

    /** Nothing was seen. */
    public static Observations none() {
        return new Observations(
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), false, Map.of(), Map.of(),
                null);
    }
}

package io.fleetfit.telemetry;

import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.TelemetryBatch;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Port: persistence of telemetry. */
public interface TelemetryStore {
    /**
     * Figures of one variant in one slot of a device, summed over a time.
     *
     * @param from begin of the first window
     * @param to end of the last window
     */
    record SlotSummary(
            String deviceId,
            String slot,
            String variant,
            String provider,
            int threads,
            long inferences,
            long errors,
            LatencySketch latency,
            List<Long> classes,
            Instant from,
            Instant to) {
        public SlotSummary {
            classes = List.copyOf(classes);
        }
    }

    /** Stores a batch once, in one transaction; false if (device, spool, sequence) is there already. */
    boolean store(TelemetryBatch batch, Instant receivedAt);

    /** Sums by slot and variant over the windows that end after {@code since}. */
    List<SlotSummary> summaries(String deviceId, Instant since);

    /** The newest state of the board. */
    Optional<TelemetryBatch.SystemFigures> newestSystem(String deviceId);

    /** The newest batches, newest first; hours that were summed up come as one. */
    List<TelemetryBatch> newest(String deviceId, int limit);

    /**
     * Sums up windows that ended before the hour of {@code limit}: one window a device and hour remains, with the same
     * sums. A batch that is sent again afterwards still counts once.
     *
     * @return how many windows were summed up
     */
    long sumUpBefore(Instant limit);

    /** Removes windows that ended before {@code limit}, and forgets which batches they were; how many. */
    long deleteBefore(Instant limit);
}

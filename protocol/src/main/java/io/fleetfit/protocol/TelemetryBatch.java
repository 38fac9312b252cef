package io.fleetfit.protocol;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a device measured since the batch before. Kept in the device's spool until a {@link TelemetryAck} names it.
 *
 * @param protocol {@link Protocol#VERSION}
 * @param deviceId who
 * @param sequence grows over the life of the spool, also over restarts; with the device it names the batch, so that one
 *     sent twice counts once
 * @param spoolId changes when the spool was lost; sequences are compared within one spool
 * @param from begin of the window, device clock
 * @param to end of the window, device clock
 * @param mergedBatches how many older batches were merged into this one because the spool was full; 0 normally
 * @param system state of the board
 * @param slots figures a slot and variant
 * @param probe a micro-benchmark that ended in the window; absent if none did
 */
public record TelemetryBatch(
        String protocol,
        String deviceId,
        String spoolId,
        long sequence,
        Instant from,
        Instant to,
        int mergedBatches,
        SystemFigures system,
        List<SlotFigures> slots,
        @Nullable ProbeReport probe) {

    /**
     * State of the board at the end of the window.
     *
     * @param rssBytes resident memory of the agent
     * @param cpuPercent CPU time of the agent over the window in percent of one core
     * @param memoryAvailableBytes memory that the board has left
     * @param storageFreeBytes storage that the agent has left
     * @param temperatureCelsius hottest thermal zone; absent where the board has none
     * @param throttled whether the board slowed itself down; absent where the board does not tell
     */
    public record SystemFigures(
            long rssBytes,
            double cpuPercent,
            long memoryAvailableBytes,
            long storageFreeBytes,
            @Nullable Double temperatureCelsius,
            @Nullable Boolean throttled) {}

    /**
     * Figures of one variant in one slot.
     *
     * @param slot name
     * @param variant full name, {@code model@version/variant}
     * @param provider execution provider
     * @param threads intra-op threads
     * @param inferences completed in the window
     * @param errors failed in the window
     * @param latency of the completed ones, in milliseconds
     * @param classes how often each class was the first (classification); empty otherwise
     */
    public record SlotFigures(
            String slot,
            String variant,
            String provider,
            int threads,
            long inferences,
            long errors,
            LatencySketch latency,
            List<Long> classes) {
        public SlotFigures {
            classes = List.copyOf(classes);
        }
    }

    public TelemetryBatch {
        slots = List.copyOf(slots);
    }

    /** Without a probe. */
    public TelemetryBatch(
            String protocol,
            String deviceId,
            String spoolId,
            long sequence,
            Instant from,
            Instant to,
            int mergedBatches,
            SystemFigures system,
            List<SlotFigures> slots) {
        this(protocol, deviceId, spoolId, sequence, from, to, mergedBatches, system, slots, null);
    }
}

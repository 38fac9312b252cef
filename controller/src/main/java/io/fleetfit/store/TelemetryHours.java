package io.fleetfit.store;

import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.telemetry.SequenceSet;
import io.fleetfit.telemetry.SlotSums;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Sums the batches of a device up by hours. An hour is a row of {@code telemetry_batch} too, under a spool of its own that
 * no device has; the batches behind it are remembered in {@code telemetry_seen}, so that one that is sent again after days
 * still counts once.
 */
final class TelemetryHours {
    /** Spool of the hours; their sequence is the hour since 1970. */
    static final String SPOOL = "~hour";

    private TelemetryHours() {}

    static List<String> devicesBefore(Handle handle, Instant limit) {
        return handle.createQuery("SELECT DISTINCT device_id FROM telemetry_batch WHERE window_to < :limit"
                        + " AND spool_id <> :hours")
                .bind("limit", limit)
                .bind("hours", SPOOL)
                .mapTo(String.class)
                .list();
    }

    /** Sums up one device's batches that ended before {@code limit}, under row locks; how many. */
    static long sumUp(Handle handle, String device, Instant limit) {
        List<TelemetryBatch> old = handle.createQuery("SELECT * FROM telemetry_batch WHERE device_id = :device"
                        + " AND window_to < :limit AND spool_id <> :hours ORDER BY window_to FOR UPDATE")
                .bind("device", device)
                .bind("limit", limit)
                .bind("hours", SPOOL)
                .map(TelemetryRows::batch)
                .list();
        old.stream()
                .collect(Collectors.groupingBy(TelemetryHours::hourOf))
                .forEach((hour, batches) -> addToHour(handle, device, hour, batches));
        old.stream()
                .collect(Collectors.groupingBy(TelemetryBatch::spoolId))
                .forEach((spool, batches) -> remember(handle, device, spool, batches));
        old.forEach(batch -> TelemetryRows.delete(handle, batch));
        return old.size();
    }

    private static long hourOf(TelemetryBatch batch) {
        return batch.to().truncatedTo(ChronoUnit.HOURS).getEpochSecond() / 3_600;
    }

    private static void addToHour(Handle handle, String device, long hour, List<TelemetryBatch> batches) {
        Optional<TelemetryBatch> before = handle.createQuery("SELECT * FROM telemetry_batch WHERE device_id = :device"
                        + " AND spool_id = :hours AND sequence_no = :hour FOR UPDATE")
                .bind("device", device)
                .bind("hours", SPOOL)
                .bind("hour", hour)
                .map(TelemetryRows::batch)
                .findOne();
        SlotSums sums = new SlotSums(device);
        before.ifPresent(sums::add);
        batches.forEach(sums::add);
        TelemetryBatch last = batches.get(batches.size() - 1);
        Instant from = Stream.concat(before.stream(), batches.stream())
                .map(TelemetryBatch::from)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        boolean newer = before.isEmpty() || !before.get().to().isAfter(last.to());
        TelemetryBatch sum = new TelemetryBatch(
                last.protocol(),
                device,
                SPOOL,
                hour,
                from,
                newer ? last.to() : before.get().to(),
                before.map(TelemetryBatch::mergedBatches).orElse(0) + batches.size(),
                newer ? last.system() : before.get().system(),
                sums.figures());
        before.ifPresent(row -> TelemetryRows.delete(handle, row));
        TelemetryRows.insert(handle, sum, last.to());
    }

    private static void remember(Handle handle, String device, String spool, List<TelemetryBatch> batches) {
        Optional<SequenceSet> before = seen(handle, device, spool);
        SequenceSet seen = before.orElseGet(SequenceSet::new);
        batches.forEach(batch -> seen.add(batch.sequence()));
        String sql = before.isPresent()
                ? "UPDATE telemetry_seen SET sequences = :sequences, newest = :newest"
                        + " WHERE device_id = :device AND spool_id = :spool"
                : "INSERT INTO telemetry_seen (device_id, spool_id, sequences, newest)"
                        + " VALUES (:device, :spool, :sequences, :newest)";
        handle.createUpdate(sql)
                .bind("device", device)
                .bind("spool", spool)
                .bind("sequences", seen.toString())
                .bind("newest", batches.get(batches.size() - 1).to())
                .execute();
    }

    /** Which batches of the spool were summed up; empty if none. */
    static Optional<SequenceSet> seen(Handle handle, String device, String spool) {
        return handle.createQuery(
                        "SELECT sequences FROM telemetry_seen WHERE device_id = :device AND spool_id = :spool")
                .bind("device", device)
                .bind("spool", spool)
                .mapTo(String.class)
                .findOne()
                .map(SequenceSet::parse);
    }
}

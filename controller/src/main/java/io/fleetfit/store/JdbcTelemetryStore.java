package io.fleetfit.store;

import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.telemetry.SlotSums;
import io.fleetfit.telemetry.TelemetryStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Telemetry in table {@code telemetry_batch}, one row a batch; its key makes a batch sent twice count once. */
final class JdbcTelemetryStore implements TelemetryStore {
    private final Sql sql;

    JdbcTelemetryStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public boolean store(TelemetryBatch batch, Instant receivedAt) {
        return sql.write(handle -> {
            boolean known = TelemetryRows.isStored(handle, batch)
                    || TelemetryHours.seen(handle, batch.deviceId(), batch.spoolId())
                            .filter(seen -> seen.contains(batch.sequence()))
                            .isPresent();
            if (!known) {
                TelemetryRows.insert(handle, batch, receivedAt);
            }
            return !known;
        });
    }

    @Override
    public List<SlotSummary> summaries(String deviceId, Instant since) {
        SlotSums sums = new SlotSums(deviceId);
        sql.read(handle -> {
            handle.createQuery("SELECT * FROM telemetry_batch WHERE device_id = :device AND window_to > :since"
                            + " ORDER BY window_to")
                    .bind("device", deviceId)
                    .bind("since", since)
                    .map(TelemetryRows::batch)
                    .forEach(sums::add);
            return sums;
        });
        return sums.summaries();
    }

    @Override
    public Optional<TelemetryBatch.SystemFigures> newestSystem(String deviceId) {
        return newest(deviceId, 1).stream().map(TelemetryBatch::system).findFirst();
    }

    @Override
    public List<TelemetryBatch> newest(String deviceId, int limit) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM telemetry_batch WHERE device_id = :device"
                        + " ORDER BY window_to DESC, sequence_no DESC LIMIT :limit")
                .bind("device", deviceId)
                .bind("limit", limit)
                .map(TelemetryRows::batch)
                .list());
    }

    @Override
    public long sumUpBefore(Instant limit) {
        Instant hour = limit.truncatedTo(ChronoUnit.HOURS);
        long rows = 0;
        for (String device : sql.read(handle -> TelemetryHours.devicesBefore(handle, hour))) {
            rows += sql.write(handle -> TelemetryHours.sumUp(handle, device, hour));
        }
        return rows;
    }

    @Override
    public long deleteBefore(Instant limit) {
        return sql.write(handle -> {
            handle.createUpdate("DELETE FROM telemetry_seen WHERE newest < :limit")
                    .bind("limit", limit)
                    .execute();
            return (long) handle.createUpdate("DELETE FROM telemetry_batch WHERE window_to < :limit")
                    .bind("limit", limit)
                    .execute();
        });
    }
}

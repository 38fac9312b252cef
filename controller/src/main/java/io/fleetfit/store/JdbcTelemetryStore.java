package io.fleetfit.store;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.telemetry.SlotSums;
import io.fleetfit.telemetry.TelemetryStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Telemetry in table {@code telemetry_batch}, one row a batch; its key makes a batch sent twice count once. */
final class JdbcTelemetryStore implements TelemetryStore {
    private static final TypeReference<List<TelemetryBatch.SlotFigures>> SLOTS = new TypeReference<>() {};

    private final Sql sql;

    JdbcTelemetryStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public boolean store(TelemetryBatch batch, Instant receivedAt) {
        return sql.write(handle -> !isStored(handle, batch) && insert(handle, batch, receivedAt));
    }

    private static boolean isStored(Handle handle, TelemetryBatch batch) {
        return handle.createQuery("SELECT 1 FROM telemetry_batch"
                        + " WHERE device_id = :device AND spool_id = :spool AND sequence_no = :sequence")
                .bind("device", batch.deviceId())
                .bind("spool", batch.spoolId())
                .bind("sequence", batch.sequence())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    private static boolean insert(Handle handle, TelemetryBatch batch, Instant receivedAt) {
        handle.createUpdate("INSERT INTO telemetry_batch (device_id, spool_id, sequence_no, window_from, window_to,"
                        + " merged_batches, board, slots, received_at) VALUES (:device, :spool, :sequence, :from, :to,"
                        + " :merged, :board, :slots, :receivedAt)")
                .bind("device", batch.deviceId())
                .bind("spool", batch.spoolId())
                .bind("sequence", batch.sequence())
                .bind("from", batch.from())
                .bind("to", batch.to())
                .bind("merged", batch.mergedBatches())
                .bind("board", Sql.json(batch.system()))
                .bind("slots", Sql.json(batch.slots()))
                .bind("receivedAt", receivedAt)
                .execute();
        return true;
    }

    @Override
    public List<SlotSummary> summaries(String deviceId, Instant since) {
        SlotSums sums = new SlotSums(deviceId);
        sql.read(handle -> {
            handle.createQuery("SELECT * FROM telemetry_batch WHERE device_id = :device AND window_to > :since"
                            + " ORDER BY window_to")
                    .bind("device", deviceId)
                    .bind("since", since)
                    .map(JdbcTelemetryStore::batch)
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
                .map(JdbcTelemetryStore::batch)
                .list());
    }

    @Override
    public long deleteBefore(Instant limit) {
        return sql.write(handle -> (long) handle.createUpdate("DELETE FROM telemetry_batch WHERE window_to < :limit")
                .bind("limit", limit)
                .execute());
    }

    private static TelemetryBatch batch(ResultSet row, StatementContext context) throws SQLException {
        return new TelemetryBatch(
                Protocol.VERSION,
                row.getString("device_id"),
                row.getString("spool_id"),
                row.getLong("sequence_no"),
                Sql.instant(row, "window_from"),
                Sql.instant(row, "window_to"),
                row.getInt("merged_batches"),
                Sql.fromJson(row.getString("board"), TelemetryBatch.SystemFigures.class),
                Sql.fromJson(row.getString("slots"), SLOTS));
    }
}

package io.fleetfit.store;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.TelemetryBatch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Between rows of table {@code telemetry_batch} and batches. */
final class TelemetryRows {
    private static final TypeReference<List<TelemetryBatch.SlotFigures>> SLOTS = new TypeReference<>() {};

    private TelemetryRows() {}

    static TelemetryBatch batch(ResultSet row, StatementContext context) throws SQLException {
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

    static void insert(Handle handle, TelemetryBatch batch, Instant receivedAt) {
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
    }

    static boolean isStored(Handle handle, TelemetryBatch batch) {
        return handle.createQuery("SELECT 1 FROM telemetry_batch"
                        + " WHERE device_id = :device AND spool_id = :spool AND sequence_no = :sequence")
                .bind("device", batch.deviceId())
                .bind("spool", batch.spoolId())
                .bind("sequence", batch.sequence())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    static void delete(Handle handle, TelemetryBatch batch) {
        handle.createUpdate("DELETE FROM telemetry_batch"
                        + " WHERE device_id = :device AND spool_id = :spool AND sequence_no = :sequence")
                .bind("device", batch.deviceId())
                .bind("spool", batch.spoolId())
                .bind("sequence", batch.sequence())
                .execute();
    }
}

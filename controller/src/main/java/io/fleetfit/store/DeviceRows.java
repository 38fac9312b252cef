package io.fleetfit.store;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ReportedState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;

/** Between rows of the device tables and their records. */
final class DeviceRows {
    private static final TypeReference<List<SlotTarget>> TARGETS = new TypeReference<>() {};

    private DeviceRows() {}

    static Device device(ResultSet row, StatementContext context) throws SQLException {
        return new Device(
                row.getString("id"),
                row.getString("profile"),
                Sql.fromJson(row.getString("capabilities"), Capabilities.class),
                Sql.fromJson(row.getString("labels"), JdbcRegistryStore.TAGS),
                row.getString("agent_version"),
                row.getBoolean("online"),
                Sql.instant(row, "enrolled_at"),
                Sql.instantOrNull(row, "last_seen"));
    }

    static DeviceTwin twin(ResultSet row, StatementContext context) throws SQLException {
        return new DeviceTwin(
                row.getString("device_id"),
                row.getLong("generation"),
                Sql.fromJson(row.getString("targets"), TARGETS),
                Sql.fromJsonOrNull(row.getString("reported"), ReportedState.class));
    }

    /** Everything but labels and time of enrolment; whether the device was there. */
    static boolean update(Handle handle, Device device) {
        return bind(
                                handle.createUpdate("UPDATE device SET profile = :profile, arch = :arch,"
                                        + " capabilities = :capabilities, agent_version = :agentVersion,"
                                        + " online = :online, last_seen = :lastSeen WHERE id = :id"),
                                device)
                        .execute()
                == 1;
    }

    /** The device with its labels and an empty twin. */
    static boolean insert(Handle handle, Device device) {
        bind(
                        handle.createUpdate("INSERT INTO device (id, profile, arch, capabilities, labels,"
                                + " agent_version, online, enrolled_at, last_seen) VALUES (:id, :profile, :arch,"
                                + " :capabilities, :labels, :agentVersion, :online, :enrolledAt, :lastSeen)"),
                        device)
                .bind("labels", Sql.json(device.labels()))
                .bind("enrolledAt", device.enrolledAt())
                .execute();
        handle.createUpdate("INSERT INTO device_twin (device_id, generation, targets, held)"
                        + " VALUES (:id, 0, '[]', '[]')")
                .bind("id", device.id())
                .execute();
        indexLabels(handle, device.id(), device.labels());
        return true;
    }

    private static Update bind(Update update, Device device) {
        return update.bind("id", device.id())
                .bind("profile", device.profile())
                .bind("arch", device.capabilities().arch())
                .bind("capabilities", Sql.json(device.capabilities()))
                .bind("agentVersion", device.agentVersion())
                .bind("online", device.online())
                .bindByType("lastSeen", device.lastSeen(), Instant.class);
    }

    /** Replaces the labels; whether the device is there. */
    static boolean setLabels(Handle handle, String id, Map<String, String> labels) {
        int updated = handle.createUpdate("UPDATE device SET labels = :labels WHERE id = :id")
                .bind("labels", Sql.json(labels))
                .bind("id", id)
                .execute();
        if (updated == 1) {
            indexLabels(handle, id, labels);
        }
        return updated == 1;
    }

    private static void indexLabels(Handle handle, String id, Map<String, String> labels) {
        handle.createUpdate("DELETE FROM device_label WHERE device_id = :id")
                .bind("id", id)
                .execute();
        if (labels.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO device_label (device_id, label_key, label_value) VALUES (:id, :key, :value)");
        labels.forEach((key, value) ->
                batch.bind("id", id).bind("key", key).bind("value", value).add());
        batch.execute();
    }

    static void indexTargets(Handle handle, DeviceTwin twin) {
        handle.createUpdate("DELETE FROM device_target WHERE device_id = :id")
                .bind("id", twin.deviceId())
                .execute();
        if (twin.targets().isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("INSERT INTO device_target (device_id, slot, model, version, variant)"
                + " VALUES (:id, :slot, :model, :version, :variant)");
        for (SlotTarget target : twin.targets()) {
            batch.bind("id", twin.deviceId())
                    .bind("slot", target.slot())
                    .bind("model", target.variant().model())
                    .bind("version", target.variant().version())
                    .bind("variant", target.variant().variant())
                    .add();
        }
        batch.execute();
    }

    static int putCredentials(Handle handle, FleetStore.Credentials credentials) {
        handle.createUpdate("DELETE FROM device_credentials WHERE device_id = :id")
                .bind("id", credentials.deviceId())
                .execute();
        return handle.createUpdate("INSERT INTO device_credentials (device_id, password_hash, revoked)"
                        + " VALUES (:id, :hash, :revoked)")
                .bind("id", credentials.deviceId())
                .bind("hash", credentials.passwordHash())
                .bind("revoked", credentials.revoked())
                .execute();
    }
}

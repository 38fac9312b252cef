package io.fleetfit.store;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.Selector;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.HeldBlob;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.registry.NotFound;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Devices, twins and logins in the tables whose names begin with {@code device}, and enrolment tokens. */
final class JdbcFleetStore implements FleetStore {
    private static final TypeReference<List<HeldBlob>> HELD = new TypeReference<>() {};

    private final Sql sql;

    JdbcFleetStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public void upsertDevice(Device device) {
        sql.write(handle -> DeviceRows.update(handle, device) || DeviceRows.insert(handle, device));
    }

    @Override
    public Optional<Device> device(String id) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM device WHERE id = :id")
                .bind("id", id)
                .map(DeviceRows::device)
                .findOne());
    }

    @Override
    public Page devices(Selector selector, @Nullable String cursor, int limit) {
        SelectorSql where = new SelectorSql(selector);
        return sql.read(handle -> {
            List<Device> found = where.bind(handle.createQuery("SELECT d.* FROM device d WHERE " + where.condition()
                            + " AND d.id > :cursor ORDER BY d.id LIMIT :limit"))
                    .bind("cursor", cursor == null ? "" : cursor)
                    .bind("limit", limit + 1L)
                    .map(DeviceRows::device)
                    .list();
            long total = where.bind(handle.createQuery("SELECT COUNT(*) FROM device d WHERE " + where.condition()))
                    .mapTo(Long.class)
                    .one();
            boolean more = found.size() > limit;
            List<Device> page = more ? found.subList(0, limit) : found;
            return new Page(page, more ? page.get(limit - 1).id() : null, total);
        });
    }

    @Override
    public List<DeviceState> states(Selector selector, @Nullable String cursor, int limit) {
        SelectorSql where = new SelectorSql(selector);
        return sql.read(handle -> where.bind(handle.createQuery("SELECT d.*, t.* FROM device d JOIN device_twin t"
                        + " ON t.device_id = d.id WHERE " + where.condition()
                        + " AND d.id > :cursor ORDER BY d.id LIMIT :limit"))
                .bind("cursor", cursor == null ? "" : cursor)
                .bind("limit", limit)
                .map((row, context) -> new DeviceState(
                        DeviceRows.device(row, context),
                        DeviceRows.twin(row, context),
                        Sql.fromJson(row.getString("held"), HELD)))
                .list());
    }

    @Override
    public void setLabels(String id, Map<String, String> labels) {
        sql.write(handle -> {
            if (!DeviceRows.setLabels(handle, id, labels)) {
                throw noDevice(id);
            }
            return id;
        });
    }

    @Override
    public void setPresence(String id, boolean online, Instant lastSeen) {
        sql.write(handle -> handle.createUpdate(
                        "UPDATE device SET online = :online, last_seen = :lastSeen WHERE id = :id")
                .bind("online", online)
                .bind("lastSeen", lastSeen)
                .bind("id", id)
                .execute());
    }

    @Override
    public void setHeld(String id, List<HeldBlob> held) {
        sql.write(handle -> handle.createUpdate("UPDATE device_twin SET held = :held WHERE device_id = :id")
                .bind("held", Sql.json(held))
                .bind("id", id)
                .execute());
    }

    @Override
    public List<HeldBlob> held(String id) {
        return sql.read(handle -> handle.createQuery("SELECT held FROM device_twin WHERE device_id = :id")
                        .bind("id", id)
                        .map((row, context) -> Sql.fromJson(row.getString("held"), HELD))
                        .findOne())
                .orElse(List.of());
    }

    @Override
    public void deleteDevice(String id) {
        sql.write(handle -> {
            for (String table : List.of("telemetry_batch", "telemetry_seen", "measurement")) {
                handle.createUpdate("DELETE FROM " + table + " WHERE device_id = :id")
                        .bind("id", id)
                        .execute();
            }
            return handle.createUpdate("DELETE FROM device WHERE id = :id")
                    .bind("id", id)
                    .execute();
        });
    }

    @Override
    public DeviceTwin twin(String id) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM device_twin WHERE device_id = :id")
                        .bind("id", id)
                        .map(DeviceRows::twin)
                        .findOne())
                .orElseGet(() -> new DeviceTwin(id, 0, List.of(), null));
    }

    @Override
    public DeviceTwin updateTargets(String id, UnaryOperator<List<SlotTarget>> change) {
        return sql.write(handle -> changed(handle, id, change).orElseThrow(() -> noDevice(id)));
    }

    @Override
    public List<DeviceTwin> updateAllTargets(SortedMap<String, UnaryOperator<List<SlotTarget>>> changes) {
        return sql.write(handle -> {
            List<DeviceTwin> twins = new ArrayList<>();
            changes.forEach((id, change) -> changed(handle, id, change).ifPresent(twins::add));
            return twins;
        });
    }

    private static Optional<DeviceTwin> changed(Handle handle, String id, UnaryOperator<List<SlotTarget>> change) {
        Optional<DeviceTwin> before = lockedTwin(handle, id);
        if (before.isEmpty()) {
            return before;
        }
        List<SlotTarget> targets = change.apply(before.get().targets());
        if (targets.equals(before.get().targets())) {
            return before;
        }
        DeviceTwin after = new DeviceTwin(
                id, before.get().generation() + 1, targets, before.get().reported());
        handle.createUpdate("UPDATE device_twin SET generation = :generation, targets = :targets WHERE device_id = :id")
                .bind("generation", after.generation())
                .bind("targets", Sql.json(after.targets()))
                .bind("id", id)
                .execute();
        DeviceRows.indexTargets(handle, after);
        return Optional.of(after);
    }

    @Override
    public boolean setReported(ReportedState reported) {
        return sql.write(handle -> handle.createUpdate("UPDATE device_twin SET reported = :reported,"
                                + " reported_boot = :boot, reported_sequence = :sequence WHERE device_id = :id"
                                + " AND (reported_boot IS NULL OR reported_boot <> :boot"
                                + " OR reported_sequence < :sequence)")
                        .bind("reported", Sql.json(reported))
                        .bind("boot", reported.bootId())
                        .bind("sequence", reported.sequence())
                        .bind("id", reported.deviceId())
                        .execute())
                == 1;
    }

    @Override
    public void putCredentials(Credentials credentials) {
        sql.write(handle -> DeviceRows.putCredentials(handle, credentials));
    }

    @Override
    public Optional<Credentials> credentials(String deviceId) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM device_credentials WHERE device_id = :id")
                .bind("id", deviceId)
                .map((row, context) -> new Credentials(
                        row.getString("device_id"), row.getString("password_hash"), row.getBoolean("revoked")))
                .findOne());
    }

    @Override
    public void putEnrolmentToken(EnrolmentToken token) {
        sql.insert(handle -> handle.createUpdate(
                        "INSERT INTO enrolment_token (token_hash, labels, uses_left, may_replace, expires_at)"
                                + " VALUES (:hash, :labels, :uses, :mayReplace, :expiresAt)")
                .bind("hash", token.hash())
                .bind("labels", Sql.json(token.labels()))
                .bind("uses", token.usesLeft())
                .bind("mayReplace", token.mayReplace())
                .bind("expiresAt", token.expiresAt())
                .execute());
    }

    @Override
    public Optional<EnrolmentToken> enrolmentToken(String hash) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM enrolment_token WHERE token_hash = :hash")
                .bind("hash", hash)
                .map((row, context) -> new EnrolmentToken(
                        row.getString("token_hash"),
                        Sql.fromJson(row.getString("labels"), JdbcRegistryStore.TAGS),
                        row.getInt("uses_left"),
                        row.getBoolean("may_replace"),
                        Sql.instant(row, "expires_at")))
                .findOne());
    }

    @Override
    public Enrolment enrol(String tokenHash, Instant now, Device device, Credentials credentials) {
        return sql.write(handle -> {
            Optional<Boolean> mayReplace = handle.createQuery("SELECT may_replace FROM enrolment_token"
                            + " WHERE token_hash = :hash AND uses_left > 0 AND expires_at > :now FOR UPDATE")
                    .bind("hash", tokenHash)
                    .bind("now", now)
                    .mapTo(Boolean.class)
                    .findOne();
            if (mayReplace.isEmpty()) {
                return Enrolment.TOKEN_SPENT;
            }
            if (DeviceRows.update(handle, device)) {
                if (!mayReplace.get()) {
                    handle.rollback();
                    return Enrolment.ID_TAKEN;
                }
                DeviceRows.setLabels(handle, device.id(), device.labels());
            } else {
                DeviceRows.insert(handle, device);
            }
            DeviceRows.putCredentials(handle, credentials);
            handle.createUpdate("UPDATE enrolment_token SET uses_left = uses_left - 1 WHERE token_hash = :hash")
                    .bind("hash", tokenHash)
                    .execute();
            return Enrolment.ENROLLED;
        });
    }

    @Override
    public long devicesTargeting(String model, String version, @Nullable String variant) {
        return sql.read(handle -> {
            Query query = handle.createQuery("SELECT COUNT(DISTINCT device_id) FROM device_target"
                            + " WHERE model = :model AND version = :version"
                            + (variant == null ? "" : " AND variant = :variant"))
                    .bind("model", model)
                    .bind("version", version);
            return (variant == null ? query : query.bind("variant", variant))
                    .mapTo(Long.class)
                    .one();
        });
    }

    private static Optional<DeviceTwin> lockedTwin(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM device_twin WHERE device_id = :id FOR UPDATE")
                .bind("id", id)
                .map(DeviceRows::twin)
                .findOne();
    }

    private static NotFound noDevice(String id) {
        return new NotFound("device", id, "it was deleted or never enrolled; list the devices");
    }
}

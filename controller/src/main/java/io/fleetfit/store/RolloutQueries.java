package io.fleetfit.store;

import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.RolloutStore.Control;
import io.fleetfit.rollout.Wants;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Finds devices of a rollout; every query is served by an index and bounded by a limit. */
final class RolloutQueries {
    private RolloutQueries() {}

    /** One act at a time: an equality on each column of an index, which every database finds. */
    static List<DeviceUpdate> due(Handle handle, String rollout, int limit) {
        List<DeviceUpdate> due = new ArrayList<>();
        for (DeviceUpdate.Act act : DeviceUpdate.Act.values()) {
            if (act != DeviceUpdate.Act.NONE && due.size() < limit) {
                due.addAll(list(handle.createQuery(
                                "SELECT * FROM device_update WHERE rollout = :rollout AND act = :act LIMIT :limit")
                        .bind("rollout", rollout)
                        .bind("act", act.name())
                        .bind("limit", limit - due.size())));
            }
        }
        return due;
    }

    static List<DeviceUpdate> overdue(Handle handle, String rollout, Instant before, int limit) {
        List<DeviceUpdate> overdue = new ArrayList<>();
        for (DeviceUpdate.State state : DeviceUpdate.State.values()) {
            if (state.isInFlight() && overdue.size() < limit) {
                overdue.addAll(list(handle.createQuery("SELECT * FROM device_update WHERE rollout = :rollout"
                                + " AND state = :state AND act = 'NONE' AND updated_at < :before LIMIT :limit")
                        .bind("rollout", rollout)
                        .bind("state", state.name())
                        .bind("before", before)
                        .bind("limit", limit - overdue.size())));
            }
        }
        return overdue;
    }

    static List<DeviceUpdate> silent(Handle handle, String rollout, Instant before, int limit) {
        return list(handle.createQuery("SELECT u.* FROM device_update u JOIN device d ON d.id = u.device_id"
                        + " WHERE u.rollout = :rollout AND u.watched = TRUE AND d.online = FALSE"
                        + " AND (d.last_seen IS NULL OR d.last_seen < :before) LIMIT :limit")
                .bind("rollout", rollout)
                .bind("before", before)
                .bind("limit", limit));
    }

    static List<DeviceUpdate> soaked(Handle handle, String rollout, int wave, Instant before, int limit) {
        return list(handle.createQuery("SELECT * FROM device_update WHERE rollout = :rollout AND watched = TRUE"
                        + " AND wave = :wave AND state = 'SUCCEEDED' AND active_at <= :before LIMIT :limit")
                .bind("rollout", rollout)
                .bind("wave", wave)
                .bind("before", before)
                .bind("limit", limit));
    }

    /** A state at a time and within it a profile at a time, so that an index has them in their order. */
    static List<DeviceUpdate> candidates(Handle handle, String rollout, Wants wants) {
        List<DeviceUpdate> found = new ArrayList<>();
        for (DeviceUpdate.State state : wants.states().stream().sorted().toList()) {
            if (wants.borders().isEmpty()) {
                add(found, handle, rollout, state, null, wants);
            }
            for (Map.Entry<String, Long> border : wants.borders().entrySet()) {
                add(found, handle, rollout, state, border, wants);
            }
        }
        return found.size() > wants.limit() ? found.subList(0, wants.limit()) : found;
    }

    private static void add(
            List<DeviceUpdate> found,
            Handle handle,
            String rollout,
            DeviceUpdate.State state,
            Map.@Nullable Entry<String, Long> border,
            Wants wants) {
        if (found.size() >= wants.limit()) {
            return;
        }
        StringBuilder sql =
                new StringBuilder("SELECT * FROM device_update WHERE rollout = :rollout AND state = :state");
        sql.append(border == null ? "" : " AND profile = :profile AND place_order <= :border");
        sql.append(wants.variants().isEmpty() ? "" : " AND variant IN (<variants>)");
        sql.append(wants.closed().isEmpty() ? "" : " AND zone NOT IN (<closed>)");
        sql.append(wants.full().isEmpty() ? "" : " AND group_name NOT IN (<full>)");
        sql.append(border == null ? " LIMIT :limit" : " ORDER BY place_order LIMIT :limit");
        Query query = handle.createQuery(sql.toString())
                .bind("rollout", rollout)
                .bind("state", state.name())
                .bind("limit", wants.limit() - found.size());
        if (border != null) {
            query.bind("profile", border.getKey()).bind("border", border.getValue());
        }
        if (!wants.variants().isEmpty()) {
            query.bindList(
                    "variants", wants.variants().stream().map(Object::toString).toList());
        }
        if (!wants.closed().isEmpty()) {
            query.bindList("closed", List.copyOf(wants.closed()));
        }
        if (!wants.full().isEmpty()) {
            query.bindList("full", List.copyOf(wants.full()));
        }
        found.addAll(list(query));
    }

    static List<Control> control(Handle handle, String rollout, int limit) {
        return handle.createQuery("SELECT u.device_id, u.profile, d.online, d.last_seen FROM device_update u"
                        + " JOIN device d ON d.id = u.device_id WHERE u.rollout = :rollout AND u.state = 'PENDING'"
                        + " LIMIT :limit")
                .bind("rollout", rollout)
                .bind("limit", limit)
                .map((row, context) -> new Control(
                        row.getString("device_id"),
                        row.getString("profile"),
                        row.getBoolean("online"),
                        Sql.instantOrNull(row, "last_seen")))
                .list();
    }

    static List<DeviceUpdate> page(
            Handle handle, String rollout, @Nullable State state, @Nullable String cursor, int limit) {
        Query query = handle.createQuery("SELECT * FROM device_update WHERE rollout = :rollout"
                        + (state == null ? "" : " AND state = :state")
                        + " AND device_id > :cursor ORDER BY device_id LIMIT :limit")
                .bind("rollout", rollout)
                .bind("cursor", cursor == null ? "" : cursor)
                .bind("limit", limit);
        return list(state == null ? query : query.bind("state", state.name()));
    }

    private static List<DeviceUpdate> list(Query query) {
        return query.map(RolloutRows::update).list();
    }
}

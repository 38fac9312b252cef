package io.fleetfit.store;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.rollout.AuditEntry;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.RolloutStore;
import io.fleetfit.rollout.Step;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Writes rollouts inside a transaction, many rows in one statement. */
final class RolloutWrites {
    private static final String INSERT_UPDATE = "INSERT INTO device_update (rollout, device_id, profile, zone,"
            + " group_name, place_order, bytes, decision, wave, variant, previous_variant, state, act, generation,"
            + " error, seen, active_at, measured, bad, settled, attempts, watched, updated_at) VALUES (:rollout,"
            + " :device, :profile, :zone, :group, :order, :bytes, :decision, :wave, :variant, :previous, :state, :act,"
            + " :generation, :error, :seen, :activeAt, :measured, :bad, :settled, :attempts, :watched, :updatedAt)";
    private static final String SAVE_UPDATE = "UPDATE device_update SET place_order = :order, wave = :wave,"
            + " variant = :variant, state = :state, act = :act, generation = :generation, error = :error,"
            + " seen = :seen, active_at = :activeAt, measured = :measured, bad = :bad, settled = :settled,"
            + " attempts = :attempts, watched = :watched, updated_at = :updatedAt"
            + " WHERE rollout = :rollout AND device_id = :device";
    private static final int REASON = 4_000;

    private RolloutWrites() {}

    static int insert(Handle handle, Rollout rollout) {
        return handle.createUpdate("INSERT INTO rollout (id, deployment, version, state, reason, started_at, ended_at)"
                        + " VALUES (:id, :deployment, :version, :state, :reason, :startedAt, :endedAt)")
                .bind("id", rollout.id())
                .bind("deployment", rollout.deployment())
                .bind("version", rollout.version())
                .bind("state", rollout.state().name())
                .bind("reason", rollout.reason())
                .bind("startedAt", rollout.startedAt())
                .bindByType("endedAt", rollout.endedAt(), Instant.class)
                .execute();
    }

    /** The rollout under its next revision; 0 if the revision is not the newest. */
    static int state(Handle handle, RolloutState state, boolean withTerms) {
        Rollout rollout = state.rollout();
        Update update = handle.createUpdate("UPDATE rollout SET state = :state, reason = :reason,"
                        + " ended_at = :endedAt, progress = :progress, revision = revision + 1"
                        + (withTerms ? ", terms = :terms" : "") + " WHERE id = :id AND revision = :revision")
                .bind("state", rollout.state().name())
                .bind("reason", cut(rollout.reason()))
                .bindByType("endedAt", rollout.endedAt(), Instant.class)
                .bind("progress", Sql.json(state.progress()))
                .bind("id", rollout.id())
                .bind("revision", state.revision());
        return (withTerms ? update.bind("terms", Sql.json(state.terms())) : update).execute();
    }

    static void change(Handle handle, RolloutStore.Change change) {
        String rollout = change.state().rollout().id();
        saveUpdates(handle, change.updates());
        join(handle, rollout, change.joined());
        for (Step.Sweep sweep : change.sweeps()) {
            handle.createUpdate("UPDATE device_update SET state = :to WHERE rollout = :rollout AND state = :from")
                    .bind("to", sweep.to().name())
                    .bind("rollout", rollout)
                    .bind("from", sweep.from().name())
                    .execute();
        }
        audit(handle, change.audit());
        if (!change.taken().isEmpty()) {
            PreparedBatch batch = handle.prepareBatch("DELETE FROM rollout_inbox WHERE seq = :seq");
            change.taken().forEach(number -> batch.bind("seq", number).add());
            batch.execute();
        }
    }

    private static void join(Handle handle, String rollout, Map<DeviceUpdate, FitDecision> joined) {
        Map<String, FitDecision> decisions = new HashMap<>();
        joined.forEach((update, decision) -> decisions.put(update.place().decision(), decision));
        insertDecisions(handle, rollout, decisions);
        insertUpdates(handle, List.copyOf(joined.keySet()));
    }

    private static void saveUpdates(Handle handle, List<DeviceUpdate> updates) {
        if (updates.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch(SAVE_UPDATE);
        updates.forEach(update -> RolloutRows.bind(batch, update).add());
        batch.execute();
    }

    static void insertUpdates(Handle handle, List<DeviceUpdate> updates) {
        if (updates.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch(INSERT_UPDATE);
        updates.forEach(update -> RolloutRows.bind(batch, update).add());
        batch.execute();
    }

    static void insertDecisions(Handle handle, String rollout, Map<String, FitDecision> decisions) {
        Map<String, FitDecision> missing = new HashMap<>(decisions);
        missing.keySet().removeIf(key -> isThere(handle, rollout, key));
        if (missing.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO rollout_decision (rollout, decision, body) VALUES (:rollout, :decision, :body)");
        missing.forEach((key, decision) -> batch.bind("rollout", rollout)
                .bind("decision", key)
                .bind("body", Sql.json(decision))
                .add());
        batch.execute();
    }

    private static boolean isThere(Handle handle, String rollout, String key) {
        return handle.createQuery("SELECT 1 FROM rollout_decision WHERE rollout = :rollout AND decision = :decision")
                .bind("rollout", rollout)
                .bind("decision", key)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    /** Only acts that are the same as they were told. */
    static int told(Handle handle, List<DeviceUpdate> updates) {
        PreparedBatch batch = handle.prepareBatch("UPDATE device_update SET act = 'NONE', generation = :generation"
                + " WHERE rollout = :rollout AND device_id = :device AND state = :state AND act <> 'NONE'"
                + " AND updated_at = :updatedAt");
        updates.forEach(update -> batch.bind("generation", update.generation())
                .bind("rollout", update.rollout())
                .bind("device", update.deviceId())
                .bind("state", update.state().name())
                .bind("updatedAt", update.updatedAt())
                .add());
        return batch.execute().length;
    }

    static int audit(Handle handle, List<AuditEntry> entries) {
        if (entries.isEmpty()) {
            return 0;
        }
        PreparedBatch batch = handle.prepareBatch("INSERT INTO rollout_audit (at, deployment, rollout, who, action,"
                + " reason, evidence) VALUES (:at, :deployment, :rollout, :who, :action, :reason, :evidence)");
        entries.forEach(entry -> batch.bind("at", entry.at())
                .bind("deployment", entry.deployment())
                .bind("rollout", entry.rollout())
                .bind("who", entry.who())
                .bind("action", entry.action())
                .bind("reason", cut(entry.reason()))
                .bind("evidence", Sql.json(entry.evidence()))
                .add());
        return batch.execute().length;
    }

    private static @Nullable String cut(@Nullable String text) {
        return text == null || text.length() <= REASON ? text : text.substring(0, REASON);
    }
}

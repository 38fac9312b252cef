package io.fleetfit.store;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.rollout.AuditEntry;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.RolloutStore;
import io.fleetfit.rollout.Wants;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Deployments, rollouts, device updates, decisions and the audit in tables of these names. */
final class JdbcRolloutStore implements RolloutStore {
    private static final String OPEN = "('WAITING', 'RUNNING', 'PAUSED', 'ABORTING')";

    private final Sql sql;
    private final DeploymentTable deployments;

    JdbcRolloutStore(Sql sql) {
        this.sql = sql;
        this.deployments = new DeploymentTable(sql);
    }

    @Override
    public void insertDeployment(Deployment deployment) {
        deployments.insert(deployment);
    }

    @Override
    public void updateDeployment(Deployment deployment) {
        deployments.update(deployment);
    }

    @Override
    public Optional<Deployment> deployment(String name) {
        return deployments.find(name);
    }

    @Override
    public List<Deployment> deployments() {
        return deployments.all();
    }

    @Override
    public void deleteDeployment(String name) {
        deployments.delete(name);
    }

    @Override
    public String nextRolloutId() {
        return sql.write(handle -> {
            handle.createUpdate("UPDATE controller_state SET rollout_number = rollout_number + 1 WHERE id = 1")
                    .execute();
            return "r-"
                    + handle.createQuery("SELECT rollout_number FROM controller_state WHERE id = 1")
                            .mapTo(Long.class)
                            .one();
        });
    }

    @Override
    public void beginRollout(Rollout rollout) {
        sql.insert(handle -> RolloutWrites.insert(handle, rollout));
    }

    @Override
    public void addUpdates(String rollout, List<DeviceUpdate> updates, Map<String, FitDecision> decisions) {
        sql.write(handle -> {
            RolloutWrites.insertDecisions(handle, rollout, decisions);
            RolloutWrites.insertUpdates(handle, updates);
            return updates;
        });
    }

    @Override
    public void finishRollout(RolloutState state) {
        sql.write(handle -> RolloutWrites.state(handle, state, true));
    }

    @Override
    public List<String> unfinished() {
        return sql.read(handle -> handle.createQuery(
                        "SELECT id FROM rollout WHERE terms IS NULL AND state IN " + OPEN + " ORDER BY seq")
                .mapTo(String.class)
                .list());
    }

    @Override
    public void deleteRollout(String id) {
        sql.write(handle -> handle.createUpdate("DELETE FROM rollout WHERE id = :id")
                .bind("id", id)
                .execute());
    }

    @Override
    public Optional<RolloutState> state(String id) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM rollout WHERE id = :id AND terms IS NOT NULL")
                .bind("id", id)
                .map(RolloutRows::state)
                .findOne());
    }

    @Override
    public List<RolloutState> states(Optional<String> deployment, int limit) {
        String where = deployment.isPresent() ? " AND deployment = :deployment" : "";
        return sql.read(handle -> {
            var query = handle.createQuery(
                            "SELECT * FROM rollout WHERE terms IS NOT NULL" + where + " ORDER BY seq DESC LIMIT :limit")
                    .bind("limit", limit);
            deployment.ifPresent(name -> query.bind("deployment", name));
            return query.map(RolloutRows::state).list();
        });
    }

    @Override
    public List<RolloutState> followed() {
        return sql.read(handle -> handle.createQuery("SELECT * FROM rollout WHERE terms IS NOT NULL AND (state IN "
                        + OPEN
                        + " OR seq IN (SELECT MAX(seq) FROM rollout WHERE terms IS NOT NULL GROUP BY deployment))"
                        + " ORDER BY seq")
                .map(RolloutRows::state)
                .list());
    }

    @Override
    public boolean claim(String rollout, String owner, Instant now, Instant until) {
        return sql.write(handle -> handle.createUpdate("UPDATE rollout SET claimed_by = :owner,"
                                + " claimed_until = :until WHERE id = :id AND (claimed_by IS NULL"
                                + " OR claimed_by = :owner OR claimed_until < :now)")
                        .bind("owner", owner)
                        .bind("until", until)
                        .bind("now", now)
                        .bind("id", rollout)
                        .execute())
                == 1;
    }

    @Override
    public boolean save(Change change) {
        return sql.write(handle -> {
            if (RolloutWrites.state(handle, change.state(), change.termsChanged()) == 0) {
                return false;
            }
            RolloutWrites.change(handle, change);
            return true;
        });
    }

    @Override
    public List<DeviceUpdate> due(String rollout, int limit) {
        return sql.read(handle -> RolloutQueries.due(handle, rollout, limit));
    }

    @Override
    public void told(List<DeviceUpdate> updates) {
        if (!updates.isEmpty()) {
            sql.write(handle -> RolloutWrites.told(handle, updates));
        }
    }

    @Override
    public void note(String rollout, String deviceId, boolean telemetry) {
        sql.write(handle -> handle.createUpdate(
                        "INSERT INTO rollout_inbox (rollout, device_id, telemetry) VALUES (:rollout, :device,"
                                + " :telemetry)")
                .bind("rollout", rollout)
                .bind("device", deviceId)
                .bind("telemetry", telemetry)
                .execute());
    }

    @Override
    public void noteAll(String rollout) {
        sql.write(handle -> handle.createUpdate("INSERT INTO rollout_inbox (rollout, device_id, telemetry)"
                        + " SELECT rollout, device_id, FALSE FROM device_update WHERE rollout = :rollout"
                        + " AND state IN ('STAGING', 'UPDATING', 'REVERTING')")
                .bind("rollout", rollout)
                .execute());
    }

    @Override
    public List<Message> inbox(String rollout, int limit) {
        return sql.read(handle -> handle.createQuery("SELECT i.seq, i.telemetry, u.* FROM rollout_inbox i"
                        + " JOIN device_update u ON u.rollout = i.rollout AND u.device_id = i.device_id"
                        + " WHERE i.rollout = :rollout ORDER BY i.seq LIMIT :limit")
                .bind("rollout", rollout)
                .bind("limit", limit)
                .map((row, context) ->
                        new Message(row.getLong("seq"), RolloutRows.update(row, context), row.getBoolean("telemetry")))
                .list());
    }

    @Override
    public List<DeviceUpdate> overdue(String rollout, Instant before, int limit) {
        return sql.read(handle -> RolloutQueries.overdue(handle, rollout, before, limit));
    }

    @Override
    public List<DeviceUpdate> silent(String rollout, Instant before, int limit) {
        return sql.read(handle -> RolloutQueries.silent(handle, rollout, before, limit));
    }

    @Override
    public List<DeviceUpdate> soaked(String rollout, int wave, Instant before, int limit) {
        return sql.read(handle -> RolloutQueries.soaked(handle, rollout, wave, before, limit));
    }

    @Override
    public List<DeviceUpdate> candidates(String rollout, Wants wants) {
        return sql.read(handle -> RolloutQueries.candidates(handle, rollout, wants));
    }

    @Override
    public List<Control> control(String rollout, int limit) {
        return sql.read(handle -> RolloutQueries.control(handle, rollout, limit));
    }

    @Override
    public List<DeviceUpdate> updates(String rollout, @Nullable State state, @Nullable String cursor, int limit) {
        return sql.read(handle -> RolloutQueries.page(handle, rollout, state, cursor, limit));
    }

    @Override
    public Optional<DeviceUpdate> update(String rollout, String deviceId) {
        return sql.read(handle -> handle.createQuery(
                        "SELECT * FROM device_update WHERE rollout = :rollout AND device_id = :device")
                .bind("rollout", rollout)
                .bind("device", deviceId)
                .map(RolloutRows::update)
                .findOne());
    }

    @Override
    public Optional<FitDecision> decision(String rollout, String deviceId) {
        return update(rollout, deviceId)
                .flatMap(update -> decisionByKey(rollout, update.place().decision()))
                .map(shared -> new FitDecision(deviceId, shared.ranking(), shared.rejections()));
    }

    @Override
    public Optional<FitDecision> decisionByKey(String rollout, String key) {
        return sql.read(handle -> handle.createQuery(
                        "SELECT body FROM rollout_decision WHERE rollout = :rollout AND decision = :key")
                .bind("rollout", rollout)
                .bind("key", key)
                .map((row, context) -> Sql.fromJson(row.getString("body"), FitDecision.class))
                .findOne());
    }

    @Override
    public void audit(AuditEntry entry) {
        sql.write(handle -> RolloutWrites.audit(handle, List.of(entry)));
    }

    @Override
    public List<AuditEntry> audits(@Nullable String deployment, @Nullable String rollout, int limit) {
        String where = rollout != null
                ? " WHERE rollout = :rollout"
                : deployment != null ? " WHERE deployment = :deployment" : "";
        return sql.read(handle -> {
            var query = handle.createQuery("SELECT * FROM rollout_audit" + where + " ORDER BY seq DESC LIMIT :limit")
                    .bind("limit", limit);
            if (rollout != null) {
                query.bind("rollout", rollout);
            } else if (deployment != null) {
                query.bind("deployment", deployment);
            }
            return query.map(RolloutRows::audit).list();
        });
    }
}

package io.fleetfit.store;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.registry.RegistryStore.AlreadyExists;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Deployments, rollouts, device updates and decisions in tables of these names. */
final class JdbcRolloutStore implements RolloutStore {
    private static final int BATCH = 1_000;
    private static final String INSERT_UPDATE = "INSERT INTO device_update (rollout, device_id, wave, variant,"
            + " previous_variant, state, generation, error, updated_at) VALUES (:rollout, :device, :wave, :variant,"
            + " :previous, :state, :generation, :error, :updatedAt)";
    private static final String SAVE_UPDATE = "UPDATE device_update SET wave = :wave, variant = :variant,"
            + " previous_variant = :previous, state = :state, generation = :generation, error = :error,"
            + " updated_at = :updatedAt WHERE rollout = :rollout AND device_id = :device";
    private static final String INSERT_DECISION =
            "INSERT INTO fit_decision (rollout, device_id, decision) VALUES (:rollout, :device, :decision)";

    private final Sql sql;

    JdbcRolloutStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public void insertDeployment(Deployment deployment) {
        try {
            sql.insert(handle -> handle.createUpdate(
                            "INSERT INTO deployment (name, selector, model, revision, slot, policy, created_at)"
                                    + " VALUES (:name, :selector, :model, :revision, :slot, :policy, :createdAt)")
                    .bind("name", deployment.name())
                    .bind("selector", deployment.selector())
                    .bind("model", deployment.model())
                    .bind("revision", deployment.revision())
                    .bind("slot", deployment.slot())
                    .bind("policy", Sql.json(deployment.policy()))
                    .bind("createdAt", deployment.createdAt())
                    .execute());
        } catch (UnableToExecuteStatementException e) {
            throw Sql.isDuplicate(e) ? new AlreadyExists("deployment '" + deployment.name() + "' exists already") : e;
        }
    }

    @Override
    public Optional<Deployment> deployment(String name) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM deployment WHERE name = :name")
                .bind("name", name)
                .map(RolloutRows::deployment)
                .findOne());
    }

    @Override
    public List<Deployment> deployments() {
        return sql.read(handle -> handle.createQuery("SELECT * FROM deployment ORDER BY name")
                .map(RolloutRows::deployment)
                .list());
    }

    @Override
    public void deleteDeployment(String name) {
        sql.write(handle -> handle.createUpdate("DELETE FROM deployment WHERE name = :name")
                .bind("name", name)
                .execute());
    }

    @Override
    public void insertRollout(Rollout rollout, List<DeviceUpdate> updates, List<FitDecision> decisions) {
        sql.insert(handle -> {
            handle.createUpdate("INSERT INTO rollout (id, deployment, version, state, reason, started_at, ended_at)"
                            + " VALUES (:id, :deployment, :version, :state, :reason, :startedAt, :endedAt)")
                    .bind("id", rollout.id())
                    .bind("deployment", rollout.deployment())
                    .bind("version", rollout.version())
                    .bind("state", rollout.state().name())
                    .bind("reason", rollout.reason())
                    .bind("startedAt", rollout.startedAt())
                    .bindByType("endedAt", rollout.endedAt(), Instant.class)
                    .execute();
            insertUpdates(handle, updates);
            insertDecisions(handle, rollout.id(), decisions);
            return rollout;
        });
    }

    private static void insertUpdates(Handle handle, List<DeviceUpdate> updates) {
        for (int start = 0; start < updates.size(); start += BATCH) {
            PreparedBatch batch = handle.prepareBatch(INSERT_UPDATE);
            updates.subList(start, Math.min(start + BATCH, updates.size()))
                    .forEach(update -> RolloutRows.bind(batch, update).add());
            batch.execute();
        }
    }

    private static void insertDecisions(Handle handle, String rollout, List<FitDecision> decisions) {
        for (int start = 0; start < decisions.size(); start += BATCH) {
            PreparedBatch batch = handle.prepareBatch(INSERT_DECISION);
            decisions.subList(start, Math.min(start + BATCH, decisions.size())).forEach(decision -> batch.bind(
                            "rollout", rollout)
                    .bind("device", decision.deviceId())
                    .bind("decision", Sql.json(decision))
                    .add());
            batch.execute();
        }
    }

    @Override
    public void addUpdate(DeviceUpdate update, FitDecision decision) {
        sql.write(handle -> {
            handle.createUpdate("DELETE FROM device_update WHERE rollout = :rollout AND device_id = :device")
                    .bind("rollout", update.rollout())
                    .bind("device", update.deviceId())
                    .execute();
            handle.createUpdate("DELETE FROM fit_decision WHERE rollout = :rollout AND device_id = :device")
                    .bind("rollout", update.rollout())
                    .bind("device", update.deviceId())
                    .execute();
            insertUpdates(handle, List.of(update));
            insertDecisions(handle, update.rollout(), List.of(decision));
            return update;
        });
    }

    @Override
    public Optional<Rollout> rollout(String id) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM rollout WHERE id = :id")
                .bind("id", id)
                .map(RolloutRows::rollout)
                .findOne());
    }

    @Override
    public List<Rollout> rollouts(Optional<String> deployment) {
        String where = deployment.isPresent() ? " WHERE deployment = :deployment" : "";
        return sql.read(handle -> {
            var query = handle.createQuery("SELECT * FROM rollout" + where + " ORDER BY seq DESC");
            deployment.ifPresent(name -> query.bind("deployment", name));
            return query.map(RolloutRows::rollout).list();
        });
    }

    @Override
    public List<Rollout> running() {
        return sql.read(handle -> handle.createQuery(
                        "SELECT * FROM rollout WHERE state IN ('RUNNING', 'ABORTING') ORDER BY seq")
                .map(RolloutRows::rollout)
                .list());
    }

    @Override
    public void updateRollout(Rollout rollout) {
        sql.write(handle -> handle.createUpdate(
                        "UPDATE rollout SET state = :state, reason = :reason, ended_at = :endedAt WHERE id = :id")
                .bind("state", rollout.state().name())
                .bind("reason", rollout.reason())
                .bindByType("endedAt", rollout.endedAt(), Instant.class)
                .bind("id", rollout.id())
                .execute());
    }

    @Override
    public List<DeviceUpdate> updates(String rollout) {
        return sql.read(
                handle -> handle.createQuery("SELECT * FROM device_update WHERE rollout = :rollout ORDER BY device_id")
                        .bind("rollout", rollout)
                        .map(RolloutRows::update)
                        .list());
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
    public void saveUpdate(DeviceUpdate update) {
        sql.write(handle ->
                RolloutRows.bind(handle.createUpdate(SAVE_UPDATE), update).execute());
    }

    @Override
    public Optional<FitDecision> decision(String rollout, String deviceId) {
        return sql.read(handle -> handle.createQuery(
                        "SELECT decision FROM fit_decision WHERE rollout = :rollout AND device_id = :device")
                .bind("rollout", rollout)
                .bind("device", deviceId)
                .map((row, context) -> Sql.fromJson(row.getString("decision"), FitDecision.class))
                .findOne());
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
}

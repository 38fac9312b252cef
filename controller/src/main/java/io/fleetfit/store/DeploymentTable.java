package io.fleetfit.store;

import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.RegistryStore.AlreadyExists;
import io.fleetfit.rollout.Deployment;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Table {@code deployment}. */
final class DeploymentTable {
    private final Sql sql;

    DeploymentTable(Sql sql) {
        this.sql = sql;
    }

    void insert(Deployment deployment) {
        try {
            sql.insert(handle -> bind(
                            handle.createUpdate("INSERT INTO deployment (name, selector, model, revision, slot, policy,"
                                    + " plan, created_at) VALUES (:name, :selector, :model, :revision, :slot, :policy,"
                                    + " :plan, :createdAt)"),
                            deployment)
                    .bind("createdAt", deployment.createdAt())
                    .execute());
        } catch (UnableToExecuteStatementException e) {
            throw Sql.isDuplicate(e) ? new AlreadyExists("deployment '" + deployment.name() + "' exists already") : e;
        }
    }

    void update(Deployment deployment) {
        int updated = sql.write(handle -> bind(
                        handle.createUpdate("UPDATE deployment SET selector = :selector, model = :model,"
                                + " revision = :revision, slot = :slot, policy = :policy, plan = :plan"
                                + " WHERE name = :name"),
                        deployment)
                .execute());
        if (updated == 0) {
            throw new NotFound("deployment", deployment.name(), "it was deleted; list the deployments");
        }
    }

    private static <S extends SqlStatement<S>> S bind(S statement, Deployment deployment) {
        return statement
                .bind("name", deployment.name())
                .bind("selector", deployment.selector())
                .bind("model", deployment.model())
                .bind("revision", deployment.revision())
                .bind("slot", deployment.slot())
                .bind("policy", Sql.json(deployment.policy()))
                .bind("plan", Sql.jsonOrNull(deployment.plan()));
    }

    Optional<Deployment> find(String name) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM deployment WHERE name = :name")
                .bind("name", name)
                .map(RolloutRows::deployment)
                .findOne());
    }

    List<Deployment> all() {
        return sql.read(handle -> handle.createQuery("SELECT * FROM deployment ORDER BY name")
                .map(RolloutRows::deployment)
                .list());
    }

    void delete(String name) {
        sql.write(handle -> handle.createUpdate("DELETE FROM deployment WHERE name = :name")
                .bind("name", name)
                .execute());
    }
}

package io.fleetfit.store;

import io.fleetfit.fleet.DeviceRefusal;
import io.fleetfit.fleet.RefusalStore;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Refusals in table {@code device_refusal}. */
final class JdbcRefusalStore implements RefusalStore {
    private static final String KEY =
            " WHERE device_id = :device AND model = :model AND version = :version AND variant = :variant";

    private final Sql sql;

    JdbcRefusalStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public void put(DeviceRefusal refusal) {
        try {
            sql.write(handle -> {
                int updated = bind(
                                handle.createUpdate("UPDATE device_refusal SET document = :document" + KEY),
                                refusal.deviceId(),
                                refusal.variant())
                        .bind("document", Sql.json(refusal))
                        .execute();
                return updated == 1
                        ? updated
                        : bind(
                                        handle.createUpdate(
                                                "INSERT INTO device_refusal (device_id, model, version, variant, document)"
                                                        + " VALUES (:device, :model, :version, :variant, :document)"),
                                        refusal.deviceId(),
                                        refusal.variant())
                                .bind("document", Sql.json(refusal))
                                .execute();
            });
        } catch (UnableToExecuteStatementException e) {
            if (!Sql.isMissingReference(e)) {
                throw e;
            }
        }
    }

    private static <S extends SqlStatement<S>> S bind(S statement, String device, VariantRef variant) {
        return statement
                .bind("device", device)
                .bind("model", variant.model())
                .bind("version", variant.version())
                .bind("variant", variant.variant());
    }

    @Override
    public void remove(String deviceId, VariantRef variant) {
        sql.write(handle -> bind(handle.createUpdate("DELETE FROM device_refusal" + KEY), deviceId, variant)
                .execute());
    }

    @Override
    public List<DeviceRefusal> ofVersion(String model, String version) {
        return sql.read(handle -> handle.createQuery("SELECT document FROM device_refusal"
                        + " WHERE model = :model AND version = :version ORDER BY device_id, variant")
                .bind("model", model)
                .bind("version", version)
                .mapTo(String.class)
                .map(document -> Sql.fromJson(document, DeviceRefusal.class))
                .list());
    }

    @Override
    public List<DeviceRefusal> of(String deviceId, String model, String version) {
        return sql.read(handle -> handle.createQuery("SELECT document FROM device_refusal"
                        + " WHERE device_id = :device AND model = :model AND version = :version ORDER BY variant")
                .bind("device", deviceId)
                .bind("model", model)
                .bind("version", version)
                .mapTo(String.class)
                .map(document -> Sql.fromJson(document, DeviceRefusal.class))
                .list());
    }
}

package io.fleetfit.store;

import io.fleetfit.fit.Policy;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.Rollout;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Between rows of the rollout tables and their records. */
final class RolloutRows {
    private RolloutRows() {}

    static Deployment deployment(ResultSet row, StatementContext context) throws SQLException {
        return new Deployment(
                row.getString("name"),
                row.getString("selector"),
                row.getString("model"),
                row.getString("revision"),
                row.getString("slot"),
                Sql.fromJson(row.getString("policy"), Policy.class),
                Sql.instant(row, "created_at"));
    }

    static Rollout rollout(ResultSet row, StatementContext context) throws SQLException {
        return new Rollout(
                row.getString("id"),
                row.getString("deployment"),
                row.getString("version"),
                Rollout.State.valueOf(row.getString("state")),
                row.getString("reason"),
                Sql.instant(row, "started_at"),
                Sql.instantOrNull(row, "ended_at"));
    }

    static DeviceUpdate update(ResultSet row, StatementContext context) throws SQLException {
        return new DeviceUpdate(
                row.getString("rollout"),
                row.getString("device_id"),
                row.getInt("wave"),
                ref(row.getString("variant")),
                ref(row.getString("previous_variant")),
                DeviceUpdate.State.valueOf(row.getString("state")),
                row.getLong("generation"),
                Sql.fromJsonOrNull(row.getString("error"), UpdateError.class),
                Sql.instant(row, "updated_at"));
    }

    static <S extends SqlStatement<S>> S bind(S statement, DeviceUpdate update) {
        return statement
                .bind("rollout", update.rollout())
                .bind("device", update.deviceId())
                .bind("wave", update.wave())
                .bind("variant", text(update.variant()))
                .bind("previous", text(update.previous()))
                .bind("state", update.state().name())
                .bind("generation", update.generation())
                .bind("error", Sql.jsonOrNull(update.error()))
                .bind("updatedAt", update.updatedAt());
    }

    private static @Nullable VariantRef ref(@Nullable String text) {
        return text == null ? null : VariantRef.parse(text);
    }

    private static @Nullable String text(@Nullable VariantRef ref) {
        return ref == null ? null : ref.toString();
    }
}

package io.fleetfit.store;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fleetfit.fit.Policy;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.AuditEntry;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.Progress;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.Terms;
import io.fleetfit.rollout.gate.Evidence;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** Between rows of the rollout tables and their records. */
final class RolloutRows {
    private static final TypeReference<List<Evidence>> EVIDENCE = new TypeReference<>() {};

    private RolloutRows() {}

    static Deployment deployment(ResultSet row, StatementContext context) throws SQLException {
        return new Deployment(
                row.getString("name"),
                row.getString("selector"),
                row.getString("model"),
                row.getString("revision"),
                row.getString("slot"),
                Sql.fromJson(row.getString("policy"), Policy.class),
                Sql.fromJsonOrNull(row.getString("plan"), RolloutPlan.class),
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

    static RolloutState state(ResultSet row, StatementContext context) throws SQLException {
        return new RolloutState(
                rollout(row, context),
                Sql.fromJson(row.getString("terms"), Terms.class),
                Sql.fromJson(row.getString("progress"), Progress.class),
                row.getLong("revision"));
    }

    static DeviceUpdate update(ResultSet row, StatementContext context) throws SQLException {
        return new DeviceUpdate(
                row.getString("rollout"),
                row.getString("device_id"),
                new DeviceUpdate.Place(
                        row.getString("profile"),
                        row.getString("zone"),
                        row.getString("group_name"),
                        row.getLong("place_order"),
                        row.getLong("bytes"),
                        row.getString("decision")),
                row.getInt("wave"),
                ref(row.getString("variant")),
                ref(row.getString("previous_variant")),
                DeviceUpdate.State.valueOf(row.getString("state")),
                DeviceUpdate.Act.valueOf(row.getString("act")),
                row.getLong("generation"),
                Sql.fromJsonOrNull(row.getString("error"), UpdateError.class),
                new DeviceUpdate.Watch(
                        row.getBoolean("seen"),
                        Sql.instantOrNull(row, "active_at"),
                        row.getInt("measured"),
                        row.getInt("bad"),
                        row.getBoolean("settled"),
                        row.getInt("attempts")),
                Sql.instant(row, "updated_at"));
    }

    static <S extends SqlStatement<S>> S bind(S statement, DeviceUpdate update) {
        DeviceUpdate.Place place = update.place();
        DeviceUpdate.Watch watch = update.watch();
        return statement
                .bind("rollout", update.rollout())
                .bind("device", update.deviceId())
                .bind("profile", place.profile())
                .bind("zone", place.zone())
                .bind("group", place.group())
                .bind("order", place.order())
                .bind("bytes", place.bytes())
                .bind("decision", place.decision())
                .bind("wave", update.wave())
                .bind("variant", text(update.variant()))
                .bind("previous", text(update.previous()))
                .bind("state", update.state().name())
                .bind("act", update.act().name())
                .bind("generation", update.generation())
                .bind("error", Sql.jsonOrNull(update.error()))
                .bind("seen", watch.seen())
                .bindByType("activeAt", watch.activeAt(), Instant.class)
                .bind("measured", watch.measured())
                .bind("bad", watch.bad())
                .bind("settled", watch.settled())
                .bind("attempts", watch.attempts())
                .bind("watched", isWatched(update))
                .bind("updatedAt", update.updatedAt());
    }

    /** Whether it came to serve the new version and its watch is not over. */
    private static boolean isWatched(DeviceUpdate update) {
        return update.watch().activeAt() != null
                && !update.watch().settled()
                && (update.state() == DeviceUpdate.State.UPDATING || update.state() == DeviceUpdate.State.SUCCEEDED);
    }

    static AuditEntry audit(ResultSet row, StatementContext context) throws SQLException {
        return new AuditEntry(
                row.getLong("seq"),
                Sql.instant(row, "at"),
                row.getString("deployment"),
                row.getString("rollout"),
                row.getString("who"),
                row.getString("action"),
                row.getString("reason"),
                Sql.fromJson(row.getString("evidence"), EVIDENCE));
    }

    private static @Nullable VariantRef ref(@Nullable String text) {
        return text == null ? null : VariantRef.parse(text);
    }

    private static @Nullable String text(@Nullable VariantRef ref) {
        return ref == null ? null : ref.toString();
    }
}

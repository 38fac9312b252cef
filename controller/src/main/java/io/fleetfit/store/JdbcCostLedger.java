package io.fleetfit.store;

import io.fleetfit.cost.CostLedger;
import io.fleetfit.cost.LatencyCheck;
import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.cost.Pace;
import io.fleetfit.cost.RefitProposal;
import io.fleetfit.fit.FitDecision;
import io.fleetfit.registry.VariantRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** Tables {@code latency_check} and {@code refit_proposal}: one row a variant and device. */
final class JdbcCostLedger implements CostLedger {
    private static final String OF =
            " WHERE model = :model AND version = :version AND variant = :variant AND device_id = :device";
    private static final String CHECK_UPDATE = "UPDATE latency_check SET profile = :profile, estimate = :estimate,"
            + " p95_millis = :p95, p50_millis = :p50, measured_at = :at, pace_figures = :figures, pace_mean = :mean,"
            + " pace_squares = :squares, pace_sum = :sum" + OF;
    private static final String CHECK_INSERT = "INSERT INTO latency_check (model, version, variant, device_id, profile,"
            + " estimate, p95_millis, p50_millis, measured_at, pace_figures, pace_mean, pace_squares, pace_sum) VALUES"
            + " (:model, :version, :variant, :device, :profile, :estimate, :p95, :p50, :at, :figures, :mean, :squares,"
            + " :sum)";
    private static final String PROPOSAL_UPDATE = "UPDATE refit_proposal SET profile = :profile,"
            + " before_millis = :before, now_millis = :now, found_at = :at" + OF;
    private static final String PROPOSAL_INSERT = "INSERT INTO refit_proposal (model, version, variant, device_id,"
            + " profile, before_millis, now_millis, found_at) VALUES (:model, :version, :variant, :device, :profile,"
            + " :before, :now, :at)";

    /** Decisions of a device that are looked through. */
    private static final int DECISIONS = 5;

    private final Sql sql;

    JdbcCostLedger(Sql sql) {
        this.sql = sql;
    }

    @Override
    public Optional<LatencyEstimate> decided(String deviceId, VariantRef variant) {
        List<String> decisions = sql.read(handle -> handle.createQuery("SELECT d.decision FROM fit_decision d JOIN"
                        + " rollout r ON r.id = d.rollout WHERE d.device_id = :device ORDER BY r.seq DESC LIMIT :limit")
                .bind("device", deviceId)
                .bind("limit", DECISIONS)
                .mapTo(String.class)
                .list());
        return decisions.stream()
                .flatMap(it -> Sql.fromJson(it, FitDecision.class).ranking().stream())
                .filter(it -> it.variant().equals(variant))
                .map(FitDecision.Ranked::latency)
                .findFirst();
    }

    @Override
    public Optional<LatencyCheck> check(String deviceId, VariantRef variant) {
        return sql.read(handle -> of(handle.createQuery("SELECT * FROM latency_check" + OF), deviceId, variant)
                .map(JdbcCostLedger::row)
                .findOne());
    }

    @Override
    public void put(LatencyCheck check) {
        write(CHECK_UPDATE, CHECK_INSERT, statement -> of(statement, check.deviceId(), check.variant())
                .bind("profile", check.profile())
                .bind("estimate", Sql.jsonOrNull(check.estimate()))
                .bind("p95", check.p95Millis())
                .bind("p50", check.p50Millis())
                .bind("at", check.at())
                .bind("figures", check.pace().figures())
                .bind("mean", check.pace().mean())
                .bind("squares", check.pace().squares())
                .bind("sum", check.pace().sum()));
    }

    @Override
    public List<LatencyCheck> checks(@Nullable String model, @Nullable String profile, int limit) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM latency_check WHERE (:any_model OR model = :model)"
                        + " AND (:any_profile OR profile = :profile) ORDER BY measured_at DESC, device_id, variant"
                        + " LIMIT :limit")
                .bind("any_model", model == null)
                .bind("model", model == null ? "" : model)
                .bind("any_profile", profile == null)
                .bind("profile", profile == null ? "" : profile)
                .bind("limit", limit)
                .map(JdbcCostLedger::row)
                .list());
    }

    @Override
    public void propose(RefitProposal proposal) {
        write(PROPOSAL_UPDATE, PROPOSAL_INSERT, statement -> of(statement, proposal.deviceId(), proposal.variant())
                .bind("profile", proposal.profile())
                .bind("before", proposal.beforeMillis())
                .bind("now", proposal.nowMillis())
                .bind("at", proposal.at()));
    }

    @Override
    public List<RefitProposal> proposals(int limit) {
        return sql.read(handle -> handle.createQuery(
                        "SELECT * FROM refit_proposal ORDER BY found_at DESC, device_id, variant LIMIT :limit")
                .bind("limit", limit)
                .map((row, context) -> new RefitProposal(
                        row.getString("device_id"),
                        row.getString("profile"),
                        ref(row),
                        row.getDouble("before_millis"),
                        row.getDouble("now_millis"),
                        Sql.instant(row, "found_at")))
                .list());
    }

    /** Binds what both statements take. */
    private interface Binding {
        void to(Update statement);
    }

    private void write(String update, String insert, Binding binding) {
        try {
            sql.write(handle -> {
                Update known = handle.createUpdate(update);
                binding.to(known);
                int rows = known.execute();
                if (rows == 0) {
                    Update fresh = handle.createUpdate(insert);
                    binding.to(fresh);
                    rows = fresh.execute();
                }
                return rows;
            });
        } catch (UnableToExecuteStatementException e) {
            if (!Sql.isMissingReference(e)) {
                throw e;
            }
        }
    }

    private static <S extends SqlStatement<S>> S of(S statement, String deviceId, VariantRef variant) {
        return statement
                .bind("model", variant.model())
                .bind("version", variant.version())
                .bind("variant", variant.variant())
                .bind("device", deviceId);
    }

    private static VariantRef ref(ResultSet row) throws SQLException {
        return new VariantRef(row.getString("model"), row.getString("version"), row.getString("variant"));
    }

    private static LatencyCheck row(ResultSet row, StatementContext context) throws SQLException {
        return new LatencyCheck(
                ref(row),
                row.getString("device_id"),
                row.getString("profile"),
                Sql.fromJsonOrNull(row.getString("estimate"), LatencyEstimate.class),
                row.getDouble("p95_millis"),
                row.getDouble("p50_millis"),
                Sql.instant(row, "measured_at"),
                new Pace(
                        row.getInt("pace_figures"),
                        row.getDouble("pace_mean"),
                        row.getDouble("pace_squares"),
                        row.getDouble("pace_sum")));
    }
}

package io.fleetfit.store;

import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.VariantRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.statement.Update;

/** Table {@code measurement}: the newest figure a variant, device, provider, number of threads and source. */
final class MeasurementTable {
    private static final String UPDATE = "UPDATE measurement SET profile = :profile, p50_millis = :p50,"
            + " p95_millis = :p95, samples = :samples, measured_at = :at WHERE model = :model AND version = :version"
            + " AND variant = :variant AND device_id = :device AND provider = :provider AND threads = :threads"
            + " AND origin = :origin";
    private static final String INSERT = "INSERT INTO measurement (model, version, variant, device_id, provider,"
            + " threads, origin, profile, p50_millis, p95_millis, samples, measured_at) VALUES (:model, :version,"
            + " :variant, :device, :provider, :threads, :origin, :profile, :p50, :p95, :samples, :at)";
    private static final String NEWEST = "SELECT * FROM (SELECT m.*, ROW_NUMBER() OVER (PARTITION BY variant"
            + " ORDER BY measured_at DESC, device_id) AS rank_no FROM measurement m WHERE model = :model"
            + " AND version = :version) ranked WHERE rank_no <= :limit ORDER BY measured_at DESC, variant, device_id";

    private final Sql sql;

    MeasurementTable(Sql sql) {
        this.sql = sql;
    }

    void put(Measurement measurement) {
        try {
            sql.write(handle -> {
                int updated = bind(handle.createUpdate(UPDATE), measurement).execute();
                return updated == 1
                        ? updated
                        : bind(handle.createUpdate(INSERT), measurement).execute();
            });
        } catch (UnableToExecuteStatementException e) {
            throw Sql.isMissingReference(e)
                    ? new NotFound("variant", measurement.variant().toString(), "it was deleted; drop the measurement")
                    : e;
        }
    }

    List<Measurement> newest(String model, String version, int limit) {
        return sql.read(handle -> handle.createQuery(NEWEST)
                .bind("model", model)
                .bind("version", version)
                .bind("limit", limit)
                .map(MeasurementTable::measurement)
                .list());
    }

    private static Update bind(Update update, Measurement measurement) {
        return update.bind("model", measurement.variant().model())
                .bind("version", measurement.variant().version())
                .bind("variant", measurement.variant().variant())
                .bind("device", measurement.deviceId())
                .bind("provider", measurement.provider())
                .bind("threads", measurement.threads())
                .bind("origin", measurement.source().name())
                .bind("profile", measurement.profile())
                .bind("p50", measurement.p50Millis())
                .bind("p95", measurement.p95Millis())
                .bind("samples", measurement.samples())
                .bind("at", measurement.at());
    }

    private static Measurement measurement(ResultSet row, StatementContext context) throws SQLException {
        return new Measurement(
                new VariantRef(row.getString("model"), row.getString("version"), row.getString("variant")),
                row.getString("device_id"),
                row.getString("profile"),
                row.getString("provider"),
                row.getInt("threads"),
                row.getDouble("p50_millis"),
                row.getDouble("p95_millis"),
                row.getLong("samples"),
                Measurement.Source.valueOf(row.getString("origin")),
                Sql.instant(row, "measured_at"));
    }
}

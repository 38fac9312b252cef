package io.fleetfit.store;

import io.fleetfit.compress.ReportStore;
import io.fleetfit.compress.VariantReport;
import io.fleetfit.compress.search.SearchReport;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.VariantRef;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Reports of variants and searches in the tables {@code variant_report} and {@code compression}. */
final class JdbcReportStore implements ReportStore {
    private final Sql sql;

    JdbcReportStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public void put(VariantRef variant, VariantReport report) {
        replace("variant", variant.toString(), handle -> {
            handle.createUpdate("DELETE FROM variant_report"
                            + " WHERE model = :model AND version = :version AND variant = :variant")
                    .bind("model", variant.model())
                    .bind("version", variant.version())
                    .bind("variant", variant.variant())
                    .execute();
            handle.createUpdate("INSERT INTO variant_report (model, version, variant, report)"
                            + " VALUES (:model, :version, :variant, :report)")
                    .bind("model", variant.model())
                    .bind("version", variant.version())
                    .bind("variant", variant.variant())
                    .bind("report", Sql.json(report))
                    .execute();
        });
    }

    @Override
    public Map<VariantRef, VariantReport> reports(String model, String version) {
        Map<VariantRef, VariantReport> reports = new TreeMap<>();
        sql.read(handle -> handle.createQuery(
                                "SELECT variant, report FROM variant_report WHERE model = :model AND version = :version")
                        .bind("model", model)
                        .bind("version", version)
                        .map((row, context) -> Map.entry(
                                new VariantRef(model, version, row.getString("variant")),
                                Sql.fromJson(row.getString("report"), VariantReport.class)))
                        .list())
                .forEach(entry -> reports.put(entry.getKey(), entry.getValue()));
        return reports;
    }

    @Override
    public void put(String job, String model, String version, SearchReport report) {
        replace("version", model + "@" + version, handle -> {
            handle.createUpdate("DELETE FROM compression WHERE job = :job")
                    .bind("job", job)
                    .execute();
            handle.createUpdate("INSERT INTO compression (job, model, version, report)"
                            + " VALUES (:job, :model, :version, :report)")
                    .bind("job", job)
                    .bind("model", model)
                    .bind("version", version)
                    .bind("report", Sql.json(report))
                    .execute();
        });
    }

    @Override
    public Optional<SearchReport> newestSearch(String model, String version) {
        return sql.read(handle -> handle.createQuery("SELECT report FROM compression"
                        + " WHERE model = :model AND version = :version ORDER BY seq DESC FETCH FIRST 1 ROWS ONLY")
                .bind("model", model)
                .bind("version", version)
                .map((row, context) -> Sql.fromJson(row.getString("report"), SearchReport.class))
                .findOne());
    }

    /** One transaction; {@link NotFound} if what the row belongs to is gone. */
    private void replace(String kind, String name, HandleConsumer<RuntimeException> work) {
        try {
            sql.write((Handle handle) -> {
                work.useHandle(handle);
                return true;
            });
        } catch (UnableToExecuteStatementException e) {
            throw Sql.isMissingReference(e) ? new NotFound(kind, name, "it was removed; make it anew") : e;
        }
    }
}

package io.fleetfit.store;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.Model;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;

/** Between rows of the registry's tables and its records. */
final class RegistryRows {
    private static final TypeReference<List<String>> PASSES = new TypeReference<>() {};

    private RegistryRows() {}

    static Model model(ResultSet row, StatementContext context) throws SQLException {
        return new Model(
                row.getString("name"),
                Sql.fromJson(row.getString("contract"), ModelContract.class),
                Sql.fromJson(row.getString("tags"), JdbcRegistryStore.TAGS),
                Sql.instant(row, "created_at"));
    }

    static ModelVersion version(ResultSet row, StatementContext context) throws SQLException {
        return new ModelVersion(
                row.getString("model"),
                row.getString("version"),
                new Digest(row.getString("source_blob")),
                Sql.fromJson(row.getString("tags"), JdbcRegistryStore.TAGS),
                Sql.instant(row, "created_at"));
    }

    static Variant variant(ResultSet row, StatementContext context) throws SQLException {
        String parent = row.getString("parent");
        return new Variant(
                new VariantRef(row.getString("model"), row.getString("version"), row.getString("name")),
                new Digest(row.getString("blob_digest")),
                row.getLong("size_bytes"),
                row.getString("recipe"),
                Sql.fromJson(row.getString("passes"), PASSES),
                parent == null ? null : VariantRef.parse(parent),
                row.getString("weight_format"),
                Sql.fromJson(row.getString("settings"), ExecutionSettings.class),
                Sql.fromJson(row.getString("summary"), GraphSummary.class),
                Sql.fromJsonOrNull(row.getString("quality"), Quality.class),
                Sql.fromJson(row.getString("tags"), JdbcRegistryStore.TAGS),
                Sql.instant(row, "created_at"));
    }

    static Update bind(Update insertion, Variant variant) {
        VariantRef parent = variant.parent();
        return insertion
                .bind("model", variant.ref().model())
                .bind("version", variant.ref().version())
                .bind("variant", variant.ref().variant())
                .bind("blob", variant.blob().hex())
                .bind("size", variant.size())
                .bind("recipe", variant.recipe())
                .bind("passes", Sql.json(variant.passes()))
                .bind("parent", parent == null ? null : parent.toString())
                .bind("precision", variant.precision())
                .bind("settings", Sql.json(variant.settings()))
                .bind("summary", Sql.json(variant.summary()))
                .bind("quality", Sql.jsonOrNull(variant.quality()))
                .bind("tags", Sql.json(variant.tags()))
                .bind("createdAt", variant.createdAt());
    }
}

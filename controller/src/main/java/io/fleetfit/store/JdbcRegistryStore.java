package io.fleetfit.store;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Model;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.statement.Update;

/** Models, versions, aliases, variants and measurements in tables of these names. */
final class JdbcRegistryStore implements RegistryStore {
    static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

    private static final String OF_VARIANT = " WHERE model = :model AND version = :version AND name = :variant";

    private final Sql sql;
    private final MeasurementTable measurements;

    JdbcRegistryStore(Sql sql) {
        this.sql = sql;
        this.measurements = new MeasurementTable(sql);
    }

    @Override
    public void insertModel(Model model) {
        insert("model '" + model.name() + "'", "model", model.name(), handle -> handle.createUpdate(
                        "INSERT INTO model (name, contract, tags, created_at)"
                                + " VALUES (:name, :contract, :tags, :createdAt)")
                .bind("name", model.name())
                .bind("contract", Sql.json(model.contract()))
                .bind("tags", Sql.json(model.tags()))
                .bind("createdAt", model.createdAt())
                .execute());
    }

    @Override
    public Optional<Model> model(String name) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM model WHERE name = :name")
                .bind("name", name)
                .map(RegistryRows::model)
                .findOne());
    }

    @Override
    public List<Model> models() {
        return sql.read(handle -> handle.createQuery("SELECT * FROM model ORDER BY name")
                .map(RegistryRows::model)
                .list());
    }

    @Override
    public void deleteModel(String name) {
        sql.write(handle -> handle.createUpdate("DELETE FROM model WHERE name = :name")
                .bind("name", name)
                .execute());
    }

    @Override
    public void insertVersion(ModelVersion version) {
        String name = version.model() + "@" + version.version();
        insert("version '" + name + "'", "model", version.model(), handle -> handle.createUpdate(
                        "INSERT INTO model_version (model, version, source_blob, tags, created_at)"
                                + " VALUES (:model, :version, :source, :tags, :createdAt)")
                .bind("model", version.model())
                .bind("version", version.version())
                .bind("source", version.source().hex())
                .bind("tags", Sql.json(version.tags()))
                .bind("createdAt", version.createdAt())
                .execute());
    }

    @Override
    public Optional<ModelVersion> version(String model, String version) {
        return sql.read(
                handle -> handle.createQuery("SELECT * FROM model_version WHERE model = :model AND version = :version")
                        .bind("model", model)
                        .bind("version", version)
                        .map(RegistryRows::version)
                        .findOne());
    }

    @Override
    public List<ModelVersion> versions(String model) {
        return sql.read(
                handle -> handle.createQuery("SELECT * FROM model_version WHERE model = :model ORDER BY seq DESC")
                        .bind("model", model)
                        .map(RegistryRows::version)
                        .list());
    }

    @Override
    public void deleteVersion(String model, String version) {
        sql.write(handle -> handle.createUpdate("DELETE FROM model_version WHERE model = :model AND version = :version")
                .bind("model", model)
                .bind("version", version)
                .execute());
    }

    @Override
    public void setAlias(String model, String alias, String version) {
        try {
            sql.write(handle -> {
                int updated = alias(
                        handle.createUpdate("UPDATE model_alias SET version = :version"
                                + " WHERE model = :model AND alias = :alias"),
                        model,
                        alias,
                        version);
                return updated == 1
                        ? updated
                        : alias(
                                handle.createUpdate("INSERT INTO model_alias (model, alias, version)"
                                        + " VALUES (:model, :alias, :version)"),
                                model,
                                alias,
                                version);
            });
        } catch (UnableToExecuteStatementException e) {
            throw Sql.isMissingReference(e) ? notFound("version", model + "@" + version) : e;
        }
    }

    private static int alias(Update update, String model, String alias, String version) {
        return update.bind("model", model)
                .bind("alias", alias)
                .bind("version", version)
                .execute();
    }

    @Override
    public void deleteAlias(String model, String alias) {
        sql.write(handle -> handle.createUpdate("DELETE FROM model_alias WHERE model = :model AND alias = :alias")
                .bind("model", model)
                .bind("alias", alias)
                .execute());
    }

    @Override
    public Map<String, String> aliases(String model) {
        Map<String, String> aliases = new TreeMap<>();
        sql.read(handle -> handle.createQuery("SELECT alias, version FROM model_alias WHERE model = :model")
                        .bind("model", model)
                        .map((row, context) -> Map.entry(row.getString("alias"), row.getString("version")))
                        .list())
                .forEach(alias -> aliases.put(alias.getKey(), alias.getValue()));
        return aliases;
    }

    @Override
    public void setVersionTags(String model, String version, Map<String, String> tags) {
        int updated = sql.write(handle -> handle.createUpdate(
                        "UPDATE model_version SET tags = :tags WHERE model = :model AND version = :version")
                .bind("tags", Sql.json(tags))
                .bind("model", model)
                .bind("version", version)
                .execute());
        if (updated == 0) {
            throw notFound("version", model + "@" + version);
        }
    }

    @Override
    public void insertVariant(Variant variant) {
        VariantRef ref = variant.ref();
        insert("variant '" + ref + "'", "version", ref.model() + "@" + ref.version(), handle -> RegistryRows.bind(
                        handle.createUpdate("INSERT INTO variant (model, version, name, blob_digest, size_bytes,"
                                + " recipe, passes, parent, weight_format, settings, summary, quality, tags,"
                                + " created_at) VALUES (:model, :version, :variant, :blob, :size, :recipe, :passes,"
                                + " :parent, :precision, :settings, :summary, :quality, :tags, :createdAt)"),
                        variant)
                .execute());
    }

    @Override
    public Optional<Variant> variant(VariantRef ref) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM variant" + OF_VARIANT)
                .bind("model", ref.model())
                .bind("version", ref.version())
                .bind("variant", ref.variant())
                .map(RegistryRows::variant)
                .findOne());
    }

    @Override
    public List<Variant> variants(String model, String version) {
        return sql.read(handle -> handle.createQuery(
                        "SELECT * FROM variant WHERE model = :model AND version = :version ORDER BY seq")
                .bind("model", model)
                .bind("version", version)
                .map(RegistryRows::variant)
                .list());
    }

    @Override
    public void setQuality(VariantRef ref, Quality quality) {
        int updated = sql.write(handle -> handle.createUpdate("UPDATE variant SET quality = :quality" + OF_VARIANT)
                .bind("quality", Sql.json(quality))
                .bind("model", ref.model())
                .bind("version", ref.version())
                .bind("variant", ref.variant())
                .execute());
        if (updated == 0) {
            throw notFound("variant", ref.toString());
        }
    }

    @Override
    public void deleteVariant(VariantRef ref) {
        sql.write(handle -> handle.createUpdate("DELETE FROM variant" + OF_VARIANT)
                .bind("model", ref.model())
                .bind("version", ref.version())
                .bind("variant", ref.variant())
                .execute());
    }

    @Override
    public void addMeasurement(Measurement measurement) {
        measurements.put(measurement);
    }

    @Override
    public List<Measurement> measurements(String model, String version, int limit) {
        return measurements.newest(model, version, limit);
    }

    @Override
    public Set<Digest> referencedBlobs() {
        return new HashSet<>(sql.read(handle -> handle.createQuery(
                        "SELECT blob_digest AS digest FROM variant UNION SELECT source_blob AS digest FROM model_version")
                .map((row, context) -> new Digest(row.getString("digest")))
                .list()));
    }

    private void insert(
            String what, String parentKind, String parent, HandleCallback<Integer, RuntimeException> insertion) {
        try {
            sql.insert(insertion);
        } catch (UnableToExecuteStatementException e) {
            if (Sql.isDuplicate(e)) {
                throw new AlreadyExists(what + " exists already");
            }
            throw Sql.isMissingReference(e) ? notFound(parentKind, parent) : e;
        }
    }

    private static NotFound notFound(String kind, String name) {
        return new NotFound(kind, name, "list what there is, or create it first");
    }
}

package io.fleetfit.store;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.DataSet;
import io.fleetfit.registry.DataSetStore;
import io.fleetfit.registry.RegistryStore.AlreadyExists;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Data sets in a table of this name. */
final class JdbcDataSetStore implements DataSetStore {
    private static final TypeReference<List<DataSet.ClassCount>> CLASSES = new TypeReference<>() {};
    private static final TypeReference<Map<String, Long>> SPLITS = new TypeReference<>() {};

    private final Sql sql;

    JdbcDataSetStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public void insert(DataSet set) {
        try {
            int unused = sql.insert(handle -> handle.createUpdate(
                            "INSERT INTO data_set (name, blob_digest, size_bytes, content, truth, samples, labelled,"
                                    + " duplicates, classes, splits, tags, created_at) VALUES (:name, :blob, :size,"
                                    + " :content, :truth, :samples, :labelled, :duplicates, :classes, :splits, :tags,"
                                    + " :createdAt)")
                    .bind("name", set.name())
                    .bind("blob", set.digest().hex())
                    .bind("size", set.size())
                    .bind("content", set.content().name())
                    .bind("truth", set.truth().name())
                    .bind("samples", set.samples())
                    .bind("labelled", set.labelled())
                    .bind("duplicates", set.duplicates())
                    .bind("classes", Sql.json(set.classes()))
                    .bind("splits", Sql.json(set.splits()))
                    .bind("tags", Sql.json(set.tags()))
                    .bind("createdAt", set.createdAt())
                    .execute());
        } catch (UnableToExecuteStatementException e) {
            if (Sql.isDuplicate(e)) {
                throw new AlreadyExists("data set '" + set.name() + "' exists already");
            }
            throw e;
        }
    }

    @Override
    public Optional<DataSet> find(String name) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM data_set WHERE name = :name")
                .bind("name", name)
                .map(JdbcDataSetStore::read)
                .findOne());
    }

    @Override
    public List<DataSet> list() {
        return sql.read(handle -> handle.createQuery("SELECT * FROM data_set ORDER BY name")
                .map(JdbcDataSetStore::read)
                .list());
    }

    @Override
    public boolean delete(String name) {
        return sql.write(handle -> handle.createUpdate("DELETE FROM data_set WHERE name = :name")
                        .bind("name", name)
                        .execute())
                > 0;
    }

    @Override
    public Set<Digest> referencedBlobs() {
        return new HashSet<>(sql.read(handle -> handle.createQuery("SELECT blob_digest FROM data_set")
                .map((row, context) -> new Digest(row.getString("blob_digest")))
                .list()));
    }

    private static DataSet read(ResultSet row, StatementContext context) throws SQLException {
        return new DataSet(
                row.getString("name"),
                new Digest(row.getString("blob_digest")),
                row.getLong("size_bytes"),
                DataSet.Content.valueOf(row.getString("content")),
                DataSet.Truth.valueOf(row.getString("truth")),
                row.getLong("samples"),
                row.getLong("labelled"),
                row.getLong("duplicates"),
                Sql.fromJson(row.getString("classes"), CLASSES),
                Sql.fromJson(row.getString("splits"), SPLITS),
                Sql.fromJson(row.getString("tags"), JdbcRegistryStore.TAGS),
                Sql.instant(row, "created_at"));
    }
}

package io.fleetfit.store;

import io.fleetfit.compress.RecipeStore;
import io.fleetfit.protocol.Digest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Recipes that users added, in the table {@code recipe}. */
final class JdbcRecipeStore implements RecipeStore {
    private final Sql sql;

    JdbcRecipeStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public boolean insert(Stored recipe) {
        try {
            sql.insert(handle -> handle.createUpdate("INSERT INTO recipe (name, content, digest, created_at)"
                            + " VALUES (:name, :content, :digest, :createdAt)")
                    .bind("name", recipe.name())
                    .bind("content", recipe.yaml())
                    .bind("digest", recipe.digest().hex())
                    .bind("createdAt", recipe.createdAt())
                    .execute());
            return true;
        } catch (UnableToExecuteStatementException e) {
            if (Sql.isDuplicate(e)) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Optional<Stored> find(String name) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM recipe WHERE name = :name")
                .bind("name", name)
                .map(JdbcRecipeStore::stored)
                .findOne());
    }

    @Override
    public List<Stored> list() {
        return sql.read(handle -> handle.createQuery("SELECT * FROM recipe ORDER BY name")
                .map(JdbcRecipeStore::stored)
                .list());
    }

    @Override
    public boolean delete(String name) {
        return sql.write(handle -> handle.createUpdate("DELETE FROM recipe WHERE name = :name")
                        .bind("name", name)
                        .execute())
                > 0;
    }

    private static Stored stored(ResultSet row, StatementContext context) throws SQLException {
        return new Stored(
                row.getString("name"),
                row.getString("content"),
                new Digest(row.getString("digest")),
                Sql.instant(row, "created_at"));
    }
}

package io.fleetfit.store;

import io.fleetfit.fleet.ApiToken;
import io.fleetfit.fleet.TokenStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** API tokens in table {@code api_token}. */
final class JdbcTokenStore implements TokenStore {
    private final Sql sql;

    JdbcTokenStore(Sql sql) {
        this.sql = sql;
    }

    @Override
    public void insert(ApiToken token) {
        sql.insert(handle -> insert(handle, token));
    }

    @Override
    public boolean insertFirst(ApiToken token) {
        return sql.write(handle -> {
            handle.createQuery("SELECT id FROM controller_state WHERE id = 1 FOR UPDATE")
                    .mapTo(Integer.class)
                    .one();
            long count = handle.createQuery("SELECT COUNT(*) FROM api_token")
                    .mapTo(Long.class)
                    .one();
            return count == 0 && insert(handle, token) == 1;
        });
    }

    private static int insert(Handle handle, ApiToken token) {
        return handle.createUpdate("INSERT INTO api_token (id, name, role, token_hash, created_at, last_used)"
                        + " VALUES (:id, :name, :role, :hash, :createdAt, :lastUsed)")
                .bind("id", token.id())
                .bind("name", token.name())
                .bind("role", token.role().name())
                .bind("hash", token.hash())
                .bind("createdAt", token.createdAt())
                .bindByType("lastUsed", token.lastUsed(), Instant.class)
                .execute();
    }

    @Override
    public Optional<ApiToken> byHash(String hash) {
        return sql.read(handle -> handle.createQuery("SELECT * FROM api_token WHERE token_hash = :hash")
                .bind("hash", hash)
                .map(JdbcTokenStore::token)
                .findOne());
    }

    @Override
    public List<ApiToken> list() {
        return sql.read(handle -> handle.createQuery("SELECT * FROM api_token ORDER BY created_at, id")
                .map(JdbcTokenStore::token)
                .list());
    }

    @Override
    public void touch(String id, Instant at) {
        sql.write(handle -> handle.createUpdate("UPDATE api_token SET last_used = :at WHERE id = :id")
                .bind("at", at)
                .bind("id", id)
                .execute());
    }

    @Override
    public boolean delete(String id) {
        return sql.write(handle -> handle.createUpdate("DELETE FROM api_token WHERE id = :id")
                        .bind("id", id)
                        .execute())
                == 1;
    }

    private static ApiToken token(ResultSet row, StatementContext context) throws SQLException {
        return new ApiToken(
                row.getString("id"),
                row.getString("name"),
                ApiToken.Role.valueOf(row.getString("role")),
                row.getString("token_hash"),
                Sql.instant(row, "created_at"),
                Sql.instantOrNull(row, "last_used"));
    }
}

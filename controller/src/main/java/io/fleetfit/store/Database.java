package io.fleetfit.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.fleetfit.cost.CostLedger;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.TokenStore;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.rollout.RolloutStore;
import io.fleetfit.telemetry.TelemetryStore;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/**
 * The controller's database: H2 in a file, or PostgreSQL, with the same SQL. Brings the schema up to date when it opens.
 *
 * <p>What a store's method wrote survives a kill of the process and a power cut once the method has returned: PostgreSQL
 * syncs its log at every commit, and for H2 a {@link CommitLog} does. All calls block.
 */
public final class Database implements AutoCloseable {
    private final HikariDataSource pool;
    private final Sql sql;

    private Database(HikariDataSource pool, boolean isH2) {
        this.pool = pool;
        Jdbi jdbi = Jdbi.create(pool);
        CommitLog commits = new CommitLog(() -> jdbi.useHandle(handle -> handle.execute("CHECKPOINT SYNC")));
        this.sql = new Sql(jdbi, isH2 ? commits::awaitDurable : () -> {});
    }

    /** Connects and migrates; throws a {@link RuntimeException} that names the URL when it cannot. */
    public static Database open(DatabaseSettings settings) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("fleetfit-db");
        config.setJdbcUrl(settings.effectiveUrl());
        config.setUsername(settings.isH2() && settings.user() == null ? "sa" : settings.user());
        config.setPassword(settings.isH2() && settings.password() == null ? "" : settings.password());
        config.setMaximumPoolSize(settings.connections());
        config.setMinimumIdle(1);
        try {
            HikariDataSource pool = new HikariDataSource(config);
            try {
                migrate(pool);
                return new Database(pool, settings.isH2());
            } catch (RuntimeException e) {
                pool.close();
                throw e;
            }
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "cannot open the database " + settings.url() + ": " + Sql.rootMessage(e), e);
        }
    }

    private static void migrate(HikariDataSource pool) {
        Flyway.configure()
                .dataSource(pool)
                .locations("classpath:io/fleetfit/store/migration")
                .load()
                .migrate();
    }

    /** Models, versions, variants. */
    public RegistryStore registryStore() {
        return new JdbcRegistryStore(sql);
    }

    /** Devices and twins. */
    public FleetStore fleetStore() {
        return new JdbcFleetStore(sql);
    }

    /** Telemetry. */
    public TelemetryStore telemetryStore() {
        return new JdbcTelemetryStore(sql);
    }

    /** Deployments and rollouts. */
    public RolloutStore rolloutStore() {
        return new JdbcRolloutStore(sql);
    }

    /** Estimates beside what was measured. */
    public CostLedger costLedger() {
        return new JdbcCostLedger(sql);
    }

    /** API tokens. */
    public TokenStore tokenStore() {
        return new JdbcTokenStore(sql);
    }

    /** Whether a connection can be had and answers. */
    public boolean isHealthy() {
        try {
            return sql.read(handle ->
                            handle.createQuery("SELECT 1").mapTo(Integer.class).one())
                    == 1;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Waits for no one: calls under way fail. */
    @Override
    public void close() {
        pool.close();
    }
}

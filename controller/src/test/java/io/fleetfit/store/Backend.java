package io.fleetfit.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** The databases that every store is tested on. Each is started once; {@link #emptied} hands it out without rows. */
enum Backend {
    H2 {
        @Override
        DatabaseSettings start() throws IOException {
            Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "h2-");
            return DatabaseSettings.inDirectory(directory);
        }
    },
    /** A real server out of a jar. As root it runs inside a user namespace, since PostgreSQL refuses root. */
    POSTGRES {
        @Override
        DatabaseSettings start() throws IOException {
            Assumptions.assumeTrue(
                    mayRunPostgres(),
                    "PostgreSQL refuses to run as root, and this machine grants root no user namespace (unshare -U):"
                            + " the stores were tested on H2 only. Run the build as another user to test both.");
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "off")
                    .setServerConfig("max_connections", "20")
                    .start();
            return new DatabaseSettings(server.getJdbcUrl("postgres", "postgres"), "postgres", "", 8);
        }
    };

    private static final List<String> TABLES = List.of(
            "telemetry_batch",
            "telemetry_seen",
            "rollout_audit",
            "rollout_inbox",
            "rollout_decision",
            "device_update",
            "rollout",
            "deployment",
            "api_token",
            "enrolment_token",
            "device",
            "recipe",
            "data_set",
            "model");

    private static final Map<Backend, Running> RUNNING = new EnumMap<>(Backend.class);

    private record Running(DatabaseSettings settings, Database database) {}

    abstract DatabaseSettings start() throws IOException;

    /** The open database without rows. */
    Database emptied() {
        synchronized (RUNNING) {
            Running running = RUNNING.computeIfAbsent(this, Backend::open);
            String user = running.settings().user() == null
                    ? "sa"
                    : running.settings().user();
            try (Connection connection =
                            DriverManager.getConnection(running.settings().effectiveUrl(), user, "");
                    Statement statement = connection.createStatement()) {
                for (String table : TABLES) {
                    statement.executeUpdate("DELETE FROM " + table);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return running.database();
        }
    }

    private static boolean mayRunPostgres() throws IOException {
        if (!System.getProperty("user.name").equals("root")) {
            return true;
        }
        try {
            return new ProcessBuilder("unshare", "-U", "true").start().waitFor() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Running open(Backend backend) {
        try {
            DatabaseSettings settings = backend.start();
            return new Running(settings, Database.open(settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

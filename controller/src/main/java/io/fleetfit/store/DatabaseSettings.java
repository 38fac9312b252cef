package io.fleetfit.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the database is.
 *
 * @param url JDBC URL: {@code jdbc:h2:file:…} or {@code jdbc:postgresql://…}
 * @param user user name; absent for H2 in a file
 * @param password password; absent for H2 in a file
 * @param connections size of the pool
 */
public record DatabaseSettings(
        String url, @Nullable String user, @Nullable String password, int connections) {
    private static final int DEFAULT_CONNECTIONS = 8;
    private static final int LOCK_TIMEOUT_MILLIS = 10_000;

    public DatabaseSettings {
        if (!url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("database URL '" + url
                    + "' is of no known kind: use jdbc:h2:file:PATH or jdbc:postgresql://HOST/DATABASE");
        }
        if (connections < 1) {
            throw new IllegalArgumentException("database connections must be 1 or more, got " + connections);
        }
    }

    /** An H2 database in {@code directory}, named {@code fleetfit}. */
    public static DatabaseSettings inDirectory(Path directory) {
        return new DatabaseSettings(
                "jdbc:h2:file:" + directory.toAbsolutePath().resolve("fleetfit"), null, null, DEFAULT_CONNECTIONS);
    }

    /** Whether the database is a file of this process. */
    boolean isH2() {
        return url.startsWith("jdbc:h2:");
    }

    /** The URL with the settings that H2 needs to keep what it was given through a kill of the process. */
    String effectiveUrl() {
        return isH2()
                ? url + ";WRITE_DELAY=0;TRACE_LEVEL_FILE=0;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=" + LOCK_TIMEOUT_MILLIS
                : url;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "DatabaseSettings[url=" + url + ", user=" + user + ", connections=" + connections + "]";
    }
}

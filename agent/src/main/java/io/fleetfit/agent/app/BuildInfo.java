package io.fleetfit.agent.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Properties;

/**
 * Which build this is.
 *
 * @param version of the agent
 * @param builtAt time of the build; no true clock shows an earlier one
 */
record BuildInfo(String version, Instant builtAt) {
    static BuildInfo read() {
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return new BuildInfo(
                    properties.getProperty("version", "unknown"),
                    Instant.parse(properties.getProperty("builtAt", "2026-01-01T00:00:00Z")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

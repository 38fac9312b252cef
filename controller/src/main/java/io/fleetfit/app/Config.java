package io.fleetfit.app;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of the controller.
 *
 * @param dataDir database, blobs, keys; everything worth keeping
 * @param http the API
 * @param mqtt the broker
 * @param database where the database is
 * @param limits what work may take
 * @param prometheus where gates ask their queries; absent is nowhere
 */
public record Config(
        Path dataDir,
        Listener http,
        Mqtt mqtt,
        DatabaseConfig database,
        Limits limits,
        @Nullable URI prometheus) {
    /** Without a Prometheus. */
    public Config(Path dataDir, Listener http, Mqtt mqtt, DatabaseConfig database, Limits limits) {
        this(dataDir, http, mqtt, database, limits, null);
    }

    /**
     * An address to listen on.
     *
     * @param host address
     * @param port 0 takes a free one
     * @param certificate PEM file; absent is without TLS
     * @param key PEM file of the certificate's key
     */
    public record Listener(
            String host,
            int port,
            @Nullable Path certificate,
            @Nullable Path key) {
        /** Whether it speaks TLS. */
        public boolean isTls() {
            return certificate != null;
        }
    }

    /**
     * The broker.
     *
     * @param listener of the embedded broker
     * @param publicUrl what devices are told; absent is the listener's own address
     * @param externalUrl an MQTT 5 broker to use instead of the embedded one; absent is the embedded one
     * @param username at the external broker
     * @param password at the external broker
     */
    public record Mqtt(
            Listener listener,
            @Nullable String publicUrl,
            @Nullable String externalUrl,
            @Nullable String username,
            @Nullable String password) {}

    /**
     * The database.
     *
     * @param url JDBC URL; absent is H2 in the data folder
     * @param user account
     * @param password of the account
     */
    public record DatabaseConfig(
            @Nullable String url,
            @Nullable String user,
            @Nullable String password) {}

    /**
     * What work may take.
     *
     * @param jobs model checks and recipes at once
     * @param jobMemoryBytes most memory of one; 0 is half of the machine's, at most 8 GiB
     * @param jobTimeout most time of one child process
     * @param chunkBytesPerSecond most bytes of model files a second; 0 is as fast as possible
     * @param probation time after activation in which a device may still fall back by itself
     * @param devicePatience how long a device may take for an update
     * @param telemetryRetention how long telemetry is kept
     * @param blobGrace how long a file that nothing names is kept
     */
    public record Limits(
            int jobs,
            long jobMemoryBytes,
            Duration jobTimeout,
            long chunkBytesPerSecond,
            Duration probation,
            Duration devicePatience,
            Duration telemetryRetention,
            Duration blobGrace) {}
}

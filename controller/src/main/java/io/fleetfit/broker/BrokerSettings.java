package io.fleetfit.broker;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the embedded broker listens.
 *
 * @param bindAddress address of the listener
 * @param port of the listener; 0 takes a free one
 * @param tls certificate of the listener; absent is plain TCP
 * @param folder where it keeps its configuration; nothing in it is worth keeping
 * @param maxConnections most clients at once
 */
public record BrokerSettings(
        String bindAddress, int port, @Nullable Tls tls, Path folder, int maxConnections) {
    /** Most clients at once unless said otherwise. */
    public static final int DEFAULT_MAX_CONNECTIONS = 20_000;

    /**
     * A certificate with its key, both PEM files.
     *
     * @param certificate the certificate and those that it was issued by
     * @param key PKCS#8, not encrypted
     */
    public record Tls(Path certificate, Path key) {}
}

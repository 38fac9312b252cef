package io.fleetfit.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the API listens.
 *
 * @param host address
 * @param port 0 takes a free one
 * @param certificate PEM file of the certificate; absent is plain HTTP
 * @param key PEM file of its key
 */
public record ApiSettings(
        String host,
        int port,
        @Nullable Path certificate,
        @Nullable Path key) {}

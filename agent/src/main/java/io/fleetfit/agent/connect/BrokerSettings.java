package io.fleetfit.agent.connect;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the broker.
 *
 * @param uri {@code mqtt://host:1883} or {@code mqtts://host:8883} ({@code tcp} and {@code ssl} mean the same)
 * @param clientId MQTT client identifier
 * @param username of the device
 * @param password of the device
 * @param trustedCertificates PEM file of certificates to trust in place of the platform's; absent for the platform's
 * @param timing when things happen
 */
public record BrokerSettings(
        URI uri,
        String clientId,
        String username,
        String password,
        @Nullable Path trustedCertificates,
        Timing timing) {

    /**
     * When things happen.
     *
     * @param connect limit of one attempt to connect
     * @param keepAlive longest silence before a ping
     * @param sessionExpiry how long the broker keeps the session of a link that broke
     * @param firstRetry bound of the first wait between attempts
     * @param maxRetry bound of every wait
     */
    public record Timing(
            Duration connect, Duration keepAlive, Duration sessionExpiry, Duration firstRetry, Duration maxRetry) {
        /** For devices in the field. */
        public static Timing standard() {
            return new Timing(
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60));
        }
    }

    /** Whether the link is to be encrypted. */
    boolean isTls() {
        String scheme = String.valueOf(uri.getScheme());
        return scheme.equals("mqtts") || scheme.equals("ssl");
    }

    /** The address in Paho's form; TLS is set up below Paho. */
    String pahoUri() {
        int port = uri.getPort() > 0 ? uri.getPort() : isTls() ? 8883 : 1883;
        return "tcp://" + uri.getHost() + ":" + port;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "BrokerSettings[" + uri + " as " + username + "]";
    }
}

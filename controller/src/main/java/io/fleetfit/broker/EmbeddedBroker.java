package io.fleetfit.broker;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import io.fleetfit.fleet.DeviceAuthenticator;
import io.fleetfit.fleet.DeviceLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An MQTT 5 broker in this process: HiveMQ Community Edition with everything in memory. The controller publishes and
 * receives without a network hop. What must outlive it is in the database and published again at the next start.
 */
public final class EmbeddedBroker implements DeviceLink {
    /** Messages in flight to one client; the default of 50 leaves a fast link idle. */
    private static final int IN_FLIGHT = 200;

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

    private final EmbeddedHiveMQ hivemq;
    private final BrokerExtension extension;
    private volatile boolean closed;

    private EmbeddedBroker(EmbeddedHiveMQ hivemq, BrokerExtension extension) {
        this.hivemq = hivemq;
        this.extension = extension;
    }

    /**
     * Starts the broker; it listens when this returns, and refuses every login that {@code authenticator} does not know.
     *
     * @throws IOException if its files cannot be written, its certificate cannot be read or its port cannot be had
     */
    public static EmbeddedBroker start(BrokerSettings settings, DeviceAuthenticator authenticator) throws IOException {
        Path configuration = settings.folder().resolve("conf");
        try {
            BrokerConfig.write(settings, configuration);
        } catch (GeneralSecurityException e) {
            throw new IOException("the broker's certificate cannot be used: " + e.getMessage(), e);
        }
        InternalConfigurations.MAX_INFLIGHT_WINDOW_SIZE_MESSAGES = IN_FLIGHT;
        BrokerExtension extension = new BrokerExtension(authenticator);
        EmbeddedHiveMQ hivemq = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(configuration)
                .withDataFolder(Files.createDirectories(settings.folder().resolve("data")))
                .withExtensionsFolder(Files.createDirectories(settings.folder().resolve("extensions")))
                .withEmbeddedExtension(EmbeddedExtension.builder()
                        .withId("fleetfit")
                        .withName("Fleetfit")
                        .withVersion("1")
                        .withPriority(0)
                        .withStartPriority(1000)
                        .withAuthor("Fleetfit")
                        .withExtensionMain(extension)
                        .build())
                .withoutLoggingBootstrap()
                .build();
        try {
            hivemq.start().join();
            EmbeddedBroker broker = new EmbeddedBroker(hivemq, extension);
            broker.port();
            return broker;
        } catch (CompletionException | IllegalStateException e) {
            stop(hivemq);
            throw new IOException(
                    "the broker cannot listen on " + settings.bindAddress() + ":" + settings.port() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return extension.port();
    }

    /** Ends the connection of a client whose login was taken away; whether it was connected. */
    public CompletableFuture<Boolean> disconnect(String clientId) {
        return extension.disconnect(clientId);
    }

    @Override
    public CompletableFuture<?> publish(Message message) {
        if (closed) {
            return CompletableFuture.failedFuture(new IllegalStateException("the broker is closed"));
        }
        return extension.publish(message);
    }

    @Override
    public void start(Handler handler) {
        extension.handler(handler);
    }

    @Override
    public boolean isConnected() {
        return !closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            stop(hivemq);
        }
    }

    private static void stop(EmbeddedHiveMQ hivemq) {
        try {
            hivemq.close();
        } catch (ExecutionException e) {
            LOG.warn("the broker did not stop cleanly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

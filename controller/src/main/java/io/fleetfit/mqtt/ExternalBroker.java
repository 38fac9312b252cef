package io.fleetfit.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.fleetfit.fleet.DeviceLink;
import io.fleetfit.protocol.Topics;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An MQTT 5 broker elsewhere. It must grant each device its own topics and this account all of them; see
 * {@code docs/gateway.md}. The connection comes back by itself, later and later and not at the same time as others.
 */
public final class ExternalBroker implements DeviceLink {
    private static final Logger LOG = LoggerFactory.getLogger(ExternalBroker.class);
    private static final int TLS_PORT = 8883;
    private static final int PORT = 1883;
    private static final long PATIENCE_SECONDS = 20;

    private final Mqtt5AsyncClient client;
    private volatile @Nullable Handler handler;

    private ExternalBroker(Mqtt5ClientBuilder builder) {
        client = builder.addConnectedListener(context -> subscribe()).buildAsync();
    }

    /**
     * Connects.
     *
     * @param url {@code mqtt://host:port} or {@code mqtts://host:port}
     * @throws IOException if the broker cannot be reached or refuses the login
     */
    public static ExternalBroker connect(URI url, @Nullable String username, @Nullable String password)
            throws IOException {
        boolean tls = "mqtts".equals(url.getScheme());
        Mqtt5ClientBuilder builder = Mqtt5Client.builder()
                .identifier("fleetfit-" + UUID.randomUUID())
                .serverHost(url.getHost())
                .serverPort(url.getPort() > 0 ? url.getPort() : tls ? TLS_PORT : PORT)
                .automaticReconnectWithDefaultConfig();
        if (tls) {
            builder = builder.sslWithDefaultConfig();
        }
        if (username != null) {
            builder = builder.simpleAuth()
                    .username(username)
                    .password((password == null ? "" : password).getBytes(UTF_8))
                    .applySimpleAuth();
        }
        ExternalBroker broker = new ExternalBroker(builder);
        try {
            broker.client.connect().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return broker;
        } catch (ExecutionException | TimeoutException e) {
            broker.close();
            throw new IOException(
                    "the broker " + url + " cannot be used: " + (e.getCause() == null ? "no answer" : e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            broker.close();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public CompletableFuture<?> publish(Message message) {
        return client.publish(Mqtt5Publish.builder()
                .topic(message.topic())
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(message.retain())
                .payload(message.payload())
                .correlationData(message.correlation())
                .build());
    }

    @Override
    public void start(Handler gateway) {
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> {
            ByteBuffer payload = publish.getPayload().orElse(ByteBuffer.allocate(0));
            gateway.onMessage(publish.getTopic().toString(), payload);
        });
        handler = gateway;
        subscribe();
    }

    /** Again after each connect: a broker that was restarted has forgotten the session. */
    private void subscribe() {
        if (handler == null) {
            return;
        }
        for (Topics.Up kind : Topics.Up.values()) {
            var unused = client.subscribeWith()
                    .topicFilter(Topics.upFilter(kind))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send()
                    .whenComplete((granted, failure) -> {
                        if (failure != null) {
                            LOG.error("the broker does not grant {}", Topics.upFilter(kind), failure);
                        }
                    });
        }
    }

    @Override
    public boolean isConnected() {
        return client.getState().isConnected();
    }

    @Override
    public void close() {
        var unused = client.disconnect();
    }
}

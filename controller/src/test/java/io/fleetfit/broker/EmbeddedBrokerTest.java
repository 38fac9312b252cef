package io.fleetfit.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.fleetfit.fleet.DeviceAuthenticator.Identity;
import io.fleetfit.fleet.DeviceAuthenticator.Kind;
import io.fleetfit.fleet.DeviceLink;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.Topics;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
    private static final List<String> RECEIVED = new CopyOnWriteArrayList<>();

    @TempDir
    static Path folder;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() throws IOException {
        broker = EmbeddedBroker.start(
                settings(0),
                (user, password) ->
                        UTF_8.decode(password.duplicate()).toString().equals("secret")
                                ? Optional.of(new Identity(Kind.DEVICE, user))
                                : Optional.empty());
        broker.start((topic, payload) -> RECEIVED.add(topic + " " + UTF_8.decode(payload.duplicate())));
    }

    private static BrokerSettings settings(int port) {
        return new BrokerSettings("127.0.0.1", port, null, folder, 100);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void what_a_device_publishes_on_its_own_topics_reaches_the_gateway() {
        Mqtt5BlockingClient device = connected("d1");

        publish(device, Topics.up("d1", Topics.Up.HELLO), "hello of d1");

        await().until(() -> RECEIVED.contains("ff/v1/d/d1/hello hello of d1"));
        device.disconnect();
    }

    @Test
    void a_device_may_not_use_the_topics_of_another() {
        assertPublishIsRefused(Topics.up("other", Topics.Up.HELLO));
        assertPublishIsRefused(Topics.down("d2", Topics.Down.DESIRED));
        Mqtt5BlockingClient device = connected("d2");
        assertThatThrownBy(() -> subscribe(device, Topics.down("other", Topics.Down.DESIRED)))
                .isInstanceOf(Mqtt5SubAckException.class);
        assertThatThrownBy(() -> subscribe(device, "ff/v1/b/+/chunk")).isInstanceOf(Mqtt5SubAckException.class);
        assertThatThrownBy(() -> subscribe(device, "#")).isInstanceOf(Mqtt5SubAckException.class);
        assertThat(RECEIVED).noneMatch(message -> message.contains("forged"));
        device.disconnect();
    }

    /** The broker also ends the connection of a client that tries. */
    private static void assertPublishIsRefused(String topic) {
        Mqtt5BlockingClient device = connected("d2");
        assertThatThrownBy(() -> publish(device, topic, "forged")).isInstanceOf(Mqtt5PubAckException.class);
    }

    @Test
    void a_wrong_password_and_a_foreign_client_id_are_refused() {
        assertThatThrownBy(() -> connect(client("d3"), "d3", "wrong")).isInstanceOf(Mqtt5ConnAckException.class);
        assertThatThrownBy(() -> connect(client("not-d3"), "d3", "secret")).isInstanceOf(Mqtt5ConnAckException.class);
    }

    @Test
    void what_the_controller_publishes_reaches_the_device_with_its_correlation_data() throws Exception {
        Digest blob = Digest.of(new byte[1]);
        Mqtt5BlockingClient device = connected("d4");
        try (var publishes = device.publishes(MqttGlobalPublishFilter.ALL)) {
            subscribe(device, Topics.sharedChunks(blob));

            broker.publish(new DeviceLink.Message(
                            Topics.sharedChunks(blob),
                            ByteBuffer.wrap(new byte[300_000]),
                            ByteBuffer.wrap(new byte[] {1, 2, 3}),
                            false))
                    .get(5, TimeUnit.SECONDS);

            Mqtt5Publish chunk = publishes.receive(5, TimeUnit.SECONDS).orElseThrow();
            assertThat(chunk.getPayloadAsBytes()).hasSize(300_000);
            assertThat(chunk.getCorrelationData().orElseThrow().get(2)).isEqualTo((byte) 3);
        }
        device.disconnect();
    }

    @Test
    void a_retained_state_waits_for_the_device() throws Exception {
        broker.publish(new DeviceLink.Message(
                        Topics.down("d5", Topics.Down.DESIRED), ByteBuffer.wrap("state".getBytes(UTF_8)), null, true))
                .get(5, TimeUnit.SECONDS);

        Mqtt5BlockingClient device = connected("d5");
        try (var publishes = device.publishes(MqttGlobalPublishFilter.ALL)) {
            subscribe(device, Topics.down("d5", Topics.Down.DESIRED));

            assertThat(publishes.receive(5, TimeUnit.SECONDS).orElseThrow().getPayloadAsBytes())
                    .asString(UTF_8)
                    .isEqualTo("state");
        }
        device.disconnect();
    }

    @Test
    void the_will_of_a_device_that_is_cut_off_reaches_the_gateway() {
        Mqtt5BlockingClient device = client("d6");
        device.connectWith()
                .simpleAuth()
                .username("d6")
                .password("secret".getBytes(UTF_8))
                .applySimpleAuth()
                .willPublish()
                .topic(Topics.up("d6", Topics.Up.PRESENCE))
                .payload("gone".getBytes(UTF_8))
                .applyWillPublish()
                .send();

        assertThat(broker.disconnect("d6").join()).isTrue();

        await().until(() -> RECEIVED.contains("ff/v1/d/d6/presence gone"));
    }

    @Test
    void a_taken_port_is_named() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> EmbeddedBroker.start(settings(port), (user, password) -> Optional.empty()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }

    private static Mqtt5BlockingClient connected(String id) {
        Mqtt5BlockingClient client = client(id);
        connect(client, id, "secret");
        return client;
    }

    private static Mqtt5BlockingClient client(String id) {
        return Mqtt5Client.builder()
                .identifier(id)
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .buildBlocking();
    }

    private static void connect(Mqtt5BlockingClient client, String user, String password) {
        client.connectWith()
                .simpleAuth()
                .username(user)
                .password(password.getBytes(UTF_8))
                .applySimpleAuth()
                .send();
    }

    private static void subscribe(Mqtt5BlockingClient client, String filter) {
        client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send();
    }

    private static void publish(Mqtt5BlockingClient client, String topic, String text) {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(text.getBytes(UTF_8))
                .send();
    }
}

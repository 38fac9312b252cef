package io.fleetfit.deploy.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.Topics;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** The baseline of a download: the HiveMQ client asks for the same chunks in the same windows and throws them away. */
final class BareSubscriber implements AutoCloseable {
    private static final int WINDOW = 128;
    private static final int BATCH = 32;

    private final String id;
    private final Mqtt5BlockingClient client;
    private final Semaphore room = new Semaphore(WINDOW);
    private final AtomicLong received = new AtomicLong();

    BareSubscriber(ControllerClient api, String id) {
        this.id = id;
        String token = api.post("enrolment-tokens", ControllerClient.object().put("uses", 1))
                .required("token")
                .asText();
        Capabilities nothing = new Capabilities(
                "x86_64", "bench", null, null, null, null, 1, Set.of(), 1, 1, 1, List.of(), List.of(), "0", 1, false,
                true);
        JsonNode enrolled = api.post(
                "enrolments",
                ControllerClient.object()
                        .put("token", token)
                        .put("deviceId", id)
                        .set("capabilities", JsonCodec.mapper().valueToTree(nothing)));
        JsonNode mqtt = enrolled.required("mqtt");
        URI url = URI.create(mqtt.required("url").asText());
        client = Mqtt5Client.builder()
                .identifier(id)
                .serverHost(url.getHost())
                .serverPort(url.getPort())
                .buildBlocking();
        client.connectWith()
                .simpleAuth()
                .username(id)
                .password(mqtt.required("password").asText().getBytes(UTF_8))
                .applySimpleAuth()
                .restrictions()
                .receiveMaximum(WINDOW)
                .applyRestrictions()
                .send();
        client.toAsync().publishes(MqttGlobalPublishFilter.ALL, this::count);
    }

    private void count(Mqtt5Publish chunk) {
        received.addAndGet(
                chunk.getPayload().map(payload -> payload.remaining()).orElse(0));
        room.release();
    }

    /** Receives all chunks of a blob; bytes a second. */
    double receive(Digest blob, int chunks) throws InterruptedException {
        String topic = Topics.sharedChunks(blob);
        client.subscribeWith().topicFilter(topic).qos(MqttQos.AT_LEAST_ONCE).send();
        received.set(0);
        long begin = System.nanoTime();
        for (int next = 0; next < chunks; next += BATCH) {
            int count = Math.min(BATCH, chunks - next);
            room.acquire(count);
            List<Integer> numbers = IntStream.range(next, next + count).boxed().toList();
            ChunkRequest request =
                    new ChunkRequest(Protocol.VERSION, id, blob, ChunkRequest.Kind.CHUNK, numbers, false);
            client.publishWith()
                    .topic(Topics.up(id, Topics.Up.CHUNK_REQUEST))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(JsonCodec.encode(request))
                    .send();
        }
        room.acquire(WINDOW);
        double seconds = (System.nanoTime() - begin) / 1e9;
        room.release(WINDOW);
        client.unsubscribeWith().topicFilter(topic).send();
        return received.get() / seconds;
    }

    @Override
    public void close() {
        client.disconnect();
    }
}

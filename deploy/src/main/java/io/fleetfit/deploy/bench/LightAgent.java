package io.fleetfit.deploy.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.DesiredState;
import io.fleetfit.protocol.DsseEnvelope;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Hello;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.Topics;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.protocol.VariantManifest;
import java.net.URI;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A device that speaks the whole protocol of an update over MQTT and keeps nothing: it takes desired states, asks for the
 * model's chunk index as a download would begin, takes some seconds, and reports each step.
 */
final class LightAgent implements AutoCloseable {
    private static final int LEAST_MILLIS = 2_000;
    private static final int SPREAD_MILLIS = 8_000;

    private final String id;
    private final Mqtt5AsyncClient client;
    private final ScheduledExecutorService timer;
    private final String boot = "light";
    private long generation;
    private long sequence;
    private volatile @Nullable String active;
    private volatile boolean resting = true;
    private volatile long restedNanos = System.nanoTime();

    LightAgent(ControllerClient api, String token, String id, ScheduledExecutorService timer) {
        this.id = id;
        this.timer = timer;
        JsonNode enrolled = api.post(
                "enrolments",
                ControllerClient.object()
                        .put("token", token)
                        .put("deviceId", id)
                        .set("capabilities", JsonCodec.mapper().valueToTree(capabilities())));
        JsonNode mqtt = enrolled.required("mqtt");
        URI url = URI.create(mqtt.required("url").asText());
        client = Mqtt5Client.builder()
                .identifier(id)
                .serverHost(url.getHost())
                .serverPort(url.getPort())
                .buildAsync();
        client.connectWith()
                .simpleAuth()
                .username(id)
                .password(mqtt.required("password").asText().getBytes(UTF_8))
                .applySimpleAuth()
                .send()
                .join();
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> receive(publish.getPayloadAsBytes()));
        client.subscribeWith()
                .topicFilter(Topics.down(id, Topics.Down.DESIRED))
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .join();
        send(
                Topics.Up.HELLO,
                new Hello(
                        Protocol.VERSION,
                        id,
                        "light",
                        boot,
                        Instant.now(),
                        capabilities(),
                        List.of(),
                        reported(List.of())));
    }

    private static Capabilities capabilities() {
        return new Capabilities(
                "aarch64",
                "Linux",
                "Raspberry Pi 4 Model B Rev 1.4",
                null,
                "0x41",
                "0xd08",
                4,
                Set.of("asimd"),
                4_000_000_000L,
                8_000_000_000L,
                7_000_000_000L,
                List.of(),
                List.of(ExecutionSettings.CPU),
                "1.29.0",
                24,
                false,
                true);
    }

    private synchronized void receive(byte[] payload) {
        try {
            DsseEnvelope envelope = JsonCodec.decode(payload, DsseEnvelope.class);
            DesiredState desired = JsonCodec.decode(Base64.getDecoder().decode(envelope.payload()), DesiredState.class);
            if (desired.generation() > generation) {
                generation = desired.generation();
                take(desired);
            }
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }

    private void take(DesiredState desired) throws ProtocolException {
        if (desired.assignments().isEmpty()) {
            active = null;
            rest();
            send(Topics.Up.REPORTED, reported(List.of()));
            return;
        }
        Assignment assignment = desired.assignments().get(0);
        VariantManifest manifest = JsonCodec.decode(
                Base64.getDecoder().decode(assignment.manifest().payload()), VariantManifest.class);
        String target = manifest.reference();
        if (target.equals(active)) {
            rest();
            report(UpdateState.COMMITTED, assignment.slot(), target);
            return;
        }
        resting = false;
        long mine = generation;
        send(
                Topics.Up.CHUNK_REQUEST,
                new ChunkRequest(Protocol.VERSION, id, manifest.blob(), ChunkRequest.Kind.INDEX, List.of(0), true));
        report(UpdateState.DOWNLOADING, assignment.slot(), target);
        var unused = timer.schedule(
                () -> finish(mine, assignment.slot(), target),
                LEAST_MILLIS + ThreadLocalRandom.current().nextInt(SPREAD_MILLIS),
                TimeUnit.MILLISECONDS);
    }

    private synchronized void finish(long mine, String slot, String target) {
        if (mine == generation) {
            active = target;
            rest();
            report(UpdateState.COMMITTED, slot, target);
        }
    }

    private void rest() {
        resting = true;
        restedNanos = System.nanoTime();
    }

    private void report(UpdateState state, String slot, String target) {
        send(
                Topics.Up.REPORTED,
                reported(List.of(new SlotReport(
                        slot, state, Instant.now(), generation, target, active, null, null, null, null, null, null))));
    }

    private ReportedState reported(List<SlotReport> slots) {
        sequence++;
        return new ReportedState(Protocol.VERSION, id, boot, sequence, Instant.now(), generation, slots, null);
    }

    private void send(Topics.Up kind, Object message) {
        var unused = client.publishWith()
                .topic(Topics.up(id, kind))
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(JsonCodec.encode(message))
                .send();
    }

    /** Whether no update is under way. */
    boolean isResting() {
        return resting;
    }

    /** When the newest update ended, in nanoseconds. */
    long restedNanos() {
        return restedNanos;
    }

    /** Full name of what it serves. */
    @Nullable
    String active() {
        return active;
    }

    @Override
    public void close() {
        client.disconnect().join();
    }
}

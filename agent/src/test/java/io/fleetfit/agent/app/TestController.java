package io.fleetfit.agent.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.fleetfit.agent.artifact.BlobRef;
import io.fleetfit.agent.artifact.ChunkServer;
import io.fleetfit.agent.qualify.TrialModels;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.DesiredState;
import io.fleetfit.protocol.Dsse;
import io.fleetfit.protocol.DsseEnvelope;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.Hello;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.Presence;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.TelemetryAck;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.Topics;
import io.fleetfit.protocol.VariantManifest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/** What an agent needs of a controller, over a real broker: enrols, signs desired states, answers chunks, confirms telemetry. */
final class TestController implements MqttCallback {
    final ChunkServer chunks = new ChunkServer();
    final List<Hello> hellos = new CopyOnWriteArrayList<>();
    final List<ReportedState> reports = new CopyOnWriteArrayList<>();
    final List<TelemetryBatch> telemetry = new CopyOnWriteArrayList<>();
    final List<Presence> presences = new CopyOnWriteArrayList<>();
    final AtomicInteger enrolmentStatus = new AtomicInteger(201);
    volatile boolean confirms = true;

    private final URI broker;
    private final KeyPair key;
    private final HttpServer http;
    private final MqttAsyncClient client;
    private final ExecutorService worker = Executors.newSingleThreadExecutor();

    TestController(URI broker) throws IOException, MqttException, GeneralSecurityException {
        this.broker = broker;
        this.key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/api/v1/enrolments", exchange -> {
            byte[] request = exchange.getRequestBody().readAllBytes();
            byte[] answer = enrolmentStatus.get() == 201
                    ? credentials(JsonCodec.mapper()
                            .readTree(request)
                            .path("deviceId")
                            .asText("chosen"))
                    : "{\"detail\":\"the token was used before\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(enrolmentStatus.get(), answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        http.start();
        client = new MqttAsyncClient(
                "tcp://" + broker.getHost() + ":" + broker.getPort(), "controller", new MemoryPersistence());
        connect();
    }

    void connect() throws MqttException {
        client.setCallback(this);
        client.connect().waitForCompletion(10_000);
        client.subscribe("ff/v1/d/+/#", 1).waitForCompletion(10_000);
    }

    private byte[] credentials(String deviceId) throws IOException {
        ObjectNode node = JsonCodec.mapper().createObjectNode();
        node.put("deviceId", deviceId);
        node.putObject("mqtt")
                .put("url", broker.toString())
                .put("username", deviceId)
                .put("password", "pw");
        node.putObject("controllerKey")
                .put("keyId", "k")
                .put(
                        "publicKey",
                        Base64.getEncoder().encodeToString(key.getPublic().getEncoded()));
        node.put("protocol", Protocol.VERSION);
        return JsonCodec.mapper().writeValueAsBytes(node);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    }

    /** An assignment of a model of {@link TrialModels}. */
    Assignment trial(String variant, BlobRef blob, Budget budget, @Nullable Golden golden) {
        VariantManifest manifest = new VariantManifest(
                Protocol.VERSION,
                "digits",
                "1",
                variant,
                "fp32",
                "fp32",
                blob.blob(),
                blob.size(),
                blob.indexDigest(),
                blob.indexSize(),
                new ModelContract(
                        ModelContract.Task.TENSOR,
                        TrialModels.inputs(),
                        TrialModels.outputs(),
                        null,
                        false,
                        List.of(),
                        "top1"),
                golden);
        return new Assignment(
                "digits",
                Dsse.sign(DsseEnvelope.MANIFEST, JsonCodec.encode(manifest), "k", key.getPrivate()),
                new ExecutionSettings(ExecutionSettings.CPU, 1, java.util.Map.of()),
                budget,
                budget.maxP95Millis() == null ? 0 : 30);
    }

    Assignment assignment(String slot, String variant, BlobRef blob, int probationSeconds) {
        VariantManifest manifest = new VariantManifest(
                Protocol.VERSION,
                "digits",
                "1",
                variant,
                "fp32",
                "fp32",
                blob.blob(),
                blob.size(),
                blob.indexDigest(),
                blob.indexSize(),
                new ModelContract(ModelContract.Task.TENSOR, List.of(), List.of(), null, false, List.of(), "top1"));
        return new Assignment(
                slot,
                Dsse.sign(DsseEnvelope.MANIFEST, JsonCodec.encode(manifest), "k", key.getPrivate()),
                ExecutionSettings.cpu(),
                Budget.none(),
                probationSeconds);
    }

    void desire(String deviceId, long generation, Assignment... assignments) throws MqttException {
        DesiredState state = new DesiredState(
                Protocol.VERSION,
                deviceId,
                generation,
                Instant.now(),
                Instant.now().plus(Duration.ofDays(1)),
                List.of(assignments));
        byte[] envelope =
                JsonCodec.encode(Dsse.sign(DsseEnvelope.DESIRED_STATE, JsonCodec.encode(state), "k", key.getPrivate()));
        client.publish(Topics.down(deviceId, Topics.Down.DESIRED), envelope, 1, true)
                .waitForCompletion(10_000);
    }

    void publishRaw(String deviceId, String envelope) throws MqttException {
        client.publish(
                        Topics.down(deviceId, Topics.Down.DESIRED),
                        envelope.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        1,
                        false)
                .waitForCompletion(10_000);
    }

    @Nullable
    ReportedState lastReport() {
        return reports.isEmpty() ? null : reports.get(reports.size() - 1);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) throws ProtocolException {
        Optional<Topics.Inbound> inbound = Topics.parseUp(topic);
        if (inbound.isEmpty()) {
            return;
        }
        byte[] payload = message.getPayload();
        switch (inbound.get().kind()) {
            case HELLO -> hellos.add(JsonCodec.decode(payload, Hello.class));
            case REPORTED -> reports.add(JsonCodec.decode(payload, ReportedState.class));
            case PRESENCE -> presences.add(JsonCodec.decode(payload, Presence.class));
            case CHUNK_REQUEST -> {
                ChunkRequest request = JsonCodec.decode(payload, ChunkRequest.class);
                worker.execute(() -> answer(request));
            }
            case TELEMETRY -> {
                TelemetryBatch batch = JsonCodec.decode(payload, TelemetryBatch.class);
                telemetry.add(batch);
                if (confirms) {
                    worker.execute(() -> confirm(batch));
                }
            }
        }
    }

    private void answer(ChunkRequest request) {
        chunks.request(request.blob(), request.kind(), request.numbers());
        String topic = request.unicast()
                ? Topics.down(request.deviceId(), Topics.Down.CHUNK)
                : Topics.sharedChunks(request.blob());
        boolean more = true;
        while (more) {
            more = chunks.deliver((header, payload) -> publish(topic, header, payload));
        }
    }

    private void publish(String topic, @Nullable ChunkHeader header, byte[] payload) {
        MqttProperties properties = new MqttProperties();
        if (header != null) {
            properties.setCorrelationData(header.encode());
        }
        try {
            client.publish(topic, new MqttMessage(payload, 1, false, properties))
                    .waitForCompletion(10_000);
        } catch (MqttException e) {
            throw new IllegalStateException(e);
        }
    }

    private void confirm(TelemetryBatch batch) {
        TelemetryAck ack =
                new TelemetryAck(Protocol.VERSION, batch.deviceId(), batch.spoolId(), List.of(batch.sequence()));
        publish(Topics.down(batch.deviceId(), Topics.Down.TELEMETRY_ACK), null, JsonCodec.encode(ack));
    }

    void close() throws MqttException {
        worker.shutdownNow();
        http.stop(0);
        client.disconnectForcibly(0, 500, false);
        client.close(true);
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {}

    @Override
    public void mqttErrorOccurred(MqttException error) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String uri) {}

    @Override
    public void authPacketArrived(int code, MqttProperties properties) {}
}

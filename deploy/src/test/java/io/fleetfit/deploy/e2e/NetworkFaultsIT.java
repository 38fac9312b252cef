package io.fleetfit.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fleetfit.deploy.process.MqttPacket;
import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.ContentDefinedChunker;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Between device and broker: kills in the middle of a download, changed bytes, and telemetry that is not confirmed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkFaultsIT {
    private static final String SLOT = "answer";
    private static final int BIG_BYTES = 8_000_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private Site site;

    @BeforeAll
    void importVersions() {
        site = new Site(folder);
        for (int number = 1; number <= 3; number++) {
            int bytes = number == 1 ? 200_000 : number == 2 ? BIG_BYTES : 1_000_000;
            site.importVersion(SLOT, "" + number, TestModels.write(folder.resolve(number + ".onnx"), number, bytes));
        }
    }

    @AfterAll
    void stop() {
        site.close();
    }

    @AfterEach
    void mendTheNetwork() {
        site.proxy().throttle(Long.MAX_VALUE);
        site.proxy().onFromDevice(packet -> {});
        site.proxy().onToDevice(packet -> packet);
    }

    private Device serving(String id) {
        Device device = site.device(id).start().awaitOnline();
        site.deploy(id, SLOT, "1");
        device.awaitCommitted(SLOT, "1");
        return device;
    }

    @Test
    void an_agent_killed_in_the_middle_of_a_download_asks_only_for_what_is_missing() throws IOException {
        Device device = serving("puller");
        Set<Integer> asked = Collections.synchronizedSet(new TreeSet<>());
        site.proxy().onFromDevice(packet -> request(packet).ifPresent(request -> asked.addAll(request.numbers())));
        site.proxy().throttle(2_000_000);
        site.deploy(device.id(), SLOT, "2");

        int kills = 2;
        for (int kill = 1; kill <= kills; kill++) {
            int enough = 12 * kill;
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> onDisk(device).cardinality() >= enough);
            assertThat(device.answer(SLOT)).as("the old one serves meanwhile").isEqualTo(1);
            device.kill();
            BitSet held = onDisk(device);
            asked.clear();
            device.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> !asked.isEmpty());
            assertThat(asked.stream().filter(held::get)).hasSizeLessThanOrEqualTo(1);
        }

        site.proxy().throttle(Long.MAX_VALUE);
        JsonNode report = device.awaitCommitted(SLOT, "2");
        assertThat(device.answer(SLOT)).isEqualTo(2);
        long again = report.at("/progress/bytesReceived").asLong()
                - report.at("/progress/bytesTotal").asLong();
        assertThat(again).isBetween(-1L * BIG_BYTES, (long) kills * ContentDefinedChunker.MAX_BYTES);
    }

    /** The chunks that the bitmap beside the partial file says are there. */
    private static BitSet onDisk(Device device) throws IOException {
        Path partials = device.data().resolve("store/partial");
        if (!Files.isDirectory(partials)) {
            return new BitSet();
        }
        try (Stream<Path> files = Files.list(partials)) {
            Optional<Path> bits =
                    files.filter(file -> file.toString().endsWith(".bits")).findFirst();
            if (bits.isEmpty()) {
                return new BitSet();
            }
            byte[] content = Files.readAllBytes(bits.get());
            return content.length <= Long.BYTES
                    ? new BitSet()
                    : BitSet.valueOf(java.util.Arrays.copyOfRange(content, Long.BYTES, content.length));
        }
    }

    private static Optional<ChunkRequest> request(MqttPacket packet) {
        if (!packet.topic().endsWith("/" + Topics.Up.CHUNK_REQUEST.leaf())) {
            return Optional.empty();
        }
        try {
            return Optional.of(JsonCodec.decode(packet.payload(), ChunkRequest.class))
                    .filter(request -> request.kind() == ChunkRequest.Kind.CHUNK);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void chunks_that_arrive_corrupt_are_asked_for_again() {
        Device device = serving("noisy");
        Map<Integer, Integer> deliveries = new ConcurrentHashMap<>();
        Set<Integer> corrupted = ConcurrentHashMap.newKeySet();
        site.proxy().onToDevice(packet -> {
            Optional<ChunkHeader> chunk = packet.chunk().filter(header -> header.kind() == ChunkHeader.Kind.CHUNK);
            if (chunk.isEmpty()) {
                return packet;
            }
            int number = chunk.get().number();
            boolean first = deliveries.merge(number, 1, Integer::sum) == 1;
            if (first && number % 5 == 0) {
                corrupted.add(number);
                return packet.corrupted();
            }
            return packet;
        });

        site.deploy(device.id(), SLOT, "2");

        device.awaitCommitted(SLOT, "2");
        assertThat(device.answer(SLOT)).isEqualTo(2);
        assertThat(corrupted).hasSizeGreaterThanOrEqualTo(5).allSatisfy(number -> assertThat(deliveries.get(number))
                .isGreaterThanOrEqualTo(2));
    }

    @Test
    void a_chunk_that_keeps_arriving_corrupt_is_a_typed_error_and_the_old_one_serves() {
        Device device = serving("jammed");
        site.proxy()
                .onToDevice(packet -> packet.chunk()
                                .filter(header -> header.kind() == ChunkHeader.Kind.CHUNK && header.number() == 3)
                                .isPresent()
                        ? packet.corrupted()
                        : packet);

        String rollout = site.deploy(device.id(), SLOT, "3");

        JsonNode report =
                device.awaitReport(SLOT, slot -> slot.path("state").asText().equals("FAILED"));
        assertThat(report.at("/error/code").asText()).isEqualTo("ARTIFACT_CHUNK_DIGEST");
        assertThat(report.path("active").asText()).startsWith("answer@1/");
        assertThat(device.answer(SLOT)).isEqualTo(1);
        assertThat(site.awaitEnd(rollout)).isEqualTo("FAILED");
    }

    @Test
    void a_batch_whose_acknowledgement_is_lost_is_sent_again_and_counts_once() {
        Device device = serving("teller");
        AtomicBoolean deaf = new AtomicBoolean(true);
        AtomicInteger swallowed = new AtomicInteger();
        List<Long> batches = new CopyOnWriteArrayList<>();
        site.proxy().onFromDevice(packet -> batch(packet).ifPresent(batch -> batches.add(batch.sequence())));
        site.proxy().onToDevice(packet -> {
            if (deaf.get() && packet.topic().endsWith("/" + Topics.Down.TELEMETRY_ACK.leaf())) {
                swallowed.incrementAndGet();
                return null;
            }
            return packet;
        });

        for (int i = 0; i < 10; i++) {
            device.answer(SLOT);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> swallowed.get() > 0 && device.inferencesStored(SLOT) >= 10);
        deaf.set(false);
        site.proxy().cut();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Set.copyOf(batches)).hasSizeLessThan(batches.size()));
        await().during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(device.inferencesStored(SLOT)).isEqualTo(10));
    }

    private static Optional<TelemetryBatch> batch(MqttPacket packet) {
        if (!packet.topic().endsWith("/" + Topics.Up.TELEMETRY.leaf())) {
            return Optional.empty();
        }
        try {
            return Optional.of(JsonCodec.decode(packet.payload(), TelemetryBatch.class));
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }
}

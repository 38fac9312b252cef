package io.fleetfit.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fleetfit.deploy.process.MqttPacket;
import io.fleetfit.protocol.DesiredState;
import io.fleetfit.protocol.Dsse;
import io.fleetfit.protocol.DsseEnvelope;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.Topics;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Somebody who can write to the device's link, or to the controller's disk, cannot make a device run anything. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForgeryIT {
    private static final String SLOT = "answer";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private final Map<String, byte[]> firstDesired = new ConcurrentHashMap<>();
    private Site site;
    private Device device;

    @BeforeAll
    void serveTheSecondVersion() {
        site = new Site(folder);
        for (int number = 1; number <= 3; number++) {
            site.importVersion(SLOT, "" + number, TestModels.write(folder.resolve(number + ".onnx"), number, 300_000));
        }
        site.proxy().onToDevice(packet -> {
            if (packet.topic().endsWith("/" + Topics.Down.DESIRED.leaf())) {
                firstDesired.putIfAbsent(packet.topic(), packet.payload());
            }
            return packet;
        });
        device = site.device("target").start().awaitOnline();
        for (String version : List.of("1", "2")) {
            site.deploy(device.id(), SLOT, version);
            device.awaitCommitted(SLOT, version);
        }
    }

    @AfterAll
    void stop() {
        site.close();
    }

    private String topic() {
        return Topics.down(device.id(), Topics.Down.DESIRED);
    }

    private void refuses(byte[] desired, String code) {
        long generation = device.journal(SLOT).path("generation").asLong();

        site.proxy().inject(MqttPacket.publish(topic(), desired));

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(device.refused().path("code").asText()).isEqualTo(code));
        assertThat(device.refused().path("message").asText()).isNotBlank();
        assertThat(device.journal(SLOT).path("generation").asLong()).isEqualTo(generation);
        assertThat(device.answer(SLOT)).isEqualTo(2);
    }

    @Test
    void an_older_desired_state_that_is_replayed_is_refused() {
        byte[] older = firstDesired.getOrDefault(topic(), new byte[0]);
        assertThat(older).isNotEmpty();

        refuses(older, "NETWORK_STALE_GENERATION");
    }

    @Test
    void a_desired_state_by_another_key_is_refused() throws GeneralSecurityException {
        Instant now = Instant.now();
        DesiredState empty =
                new DesiredState(Protocol.VERSION, device.id(), 1_000_000, now, now.plusSeconds(3600), List.of());
        DsseEnvelope forged = Dsse.sign(
                DsseEnvelope.DESIRED_STATE,
                JsonCodec.encode(empty),
                "controller",
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate());

        refuses(JsonCodec.encode(forged), "NETWORK_BAD_SIGNATURE");
    }

    @Test
    void garbage_is_refused() {
        refuses(new byte[] {'{', '}'}, "NETWORK_BAD_MESSAGE");
    }

    @Test
    void a_file_changed_on_the_controllers_disk_never_serves() throws IOException {
        String digest = "";
        for (JsonNode variant :
                site.api().get("models/" + SLOT + "/versions/3/variants").path("variants")) {
            digest = variant.path("blob").asText();
            change(digest);
        }
        assertThat(digest).isNotEmpty();

        site.deploy(device.id(), SLOT, "3");

        JsonNode report =
                device.awaitReport(SLOT, slot -> slot.path("state").asText().equals("FAILED"));
        assertThat(report.at("/error/code").asText()).startsWith("ARTIFACT_");
        assertThat(report.path("active").asText()).startsWith("answer@2/");
        assertThat(device.answer(SLOT)).isEqualTo(2);
    }

    private void change(String digest) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.walk(site.controllerData())) {
            found = files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().contains(digest.substring(4)))
                    .toList();
        }
        assertThat(found).as("files of the blob %s", digest).isNotEmpty();
        for (Path file : found) {
            assertThat(file.toFile().setWritable(true)).isTrue();
            try (RandomAccessFile blob = new RandomAccessFile(file.toFile(), "rw")) {
                blob.seek(blob.length() / 2);
                int before = blob.read();
                blob.seek(blob.length() / 2);
                blob.write(before ^ 1);
            }
        }
    }
}

package io.fleetfit.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The controller dies with its broker, the broker stays away, a device's disk fills. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutagesIT {
    private static final String SLOT = "answer";
    private static final int BIG_BYTES = 8_000_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private Site site;

    @BeforeAll
    void importVersions() {
        site = new Site(folder);
        site.importVersion(SLOT, "1", TestModels.write(folder.resolve("1.onnx"), 1, 200_000));
        site.importVersion(SLOT, "2", TestModels.write(folder.resolve("2.onnx"), 2, BIG_BYTES));
    }

    @AfterAll
    void stop() {
        site.close();
    }

    @AfterEach
    void mendTheNetwork() {
        site.proxy().away(false);
        site.proxy().throttle(Long.MAX_VALUE);
    }

    private Device serving(Device device) {
        device.start().awaitOnline();
        site.deploy(device.id(), SLOT, "1");
        device.awaitCommitted(SLOT, "1");
        return device;
    }

    @Test
    void a_rollout_goes_on_when_its_controller_is_killed() {
        Device device = serving(site.device("bereft"));
        site.proxy().throttle(2_000_000);
        String rollout = site.deploy(device.id(), SLOT, "2");
        device.awaitReport(SLOT, report -> report.at("/progress/bytesReceived").asLong() > 0);

        site.killController();

        assertThat(device.answer(SLOT)).as("the old one serves meanwhile").isEqualTo(1);
        site.proxy().throttle(Long.MAX_VALUE);
        site.restartController();
        device.awaitCommitted(SLOT, "2");
        assertThat(device.answer(SLOT)).isEqualTo(2);
        assertThat(site.awaitEnd(rollout)).isEqualTo("SUCCEEDED");
    }

    @Test
    void devices_come_back_to_a_broker_that_was_away_and_do_not_storm_it() {
        List<Device> devices = Stream.of("north", "east", "south")
                .map(id -> site.device(id).start().awaitOnline())
                .toList();
        Duration outage = Duration.ofSeconds(6);
        int before = site.proxy().attempts().size();
        Instant away = Instant.now();

        site.proxy().away(true);

        await().during(outage).atMost(outage.plusSeconds(5)).until(() -> true);
        List<Instant> attempts =
                site.proxy().attempts().subList(before, site.proxy().attempts().size());
        // Waits double from about a second: a device that hammers would try hundreds of times.
        assertThat(attempts).hasSizeBetween(devices.size(), devices.size() * 8);
        assertThat(attempts.stream()
                        .map(at -> Duration.between(away, at).toMillis())
                        .distinct())
                .as("spread by chance, not in step")
                .hasSizeGreaterThan(devices.size());
        site.proxy().away(false);
        devices.forEach(device -> {
            device.awaitOnline();
            site.deploy(device.id(), SLOT, "1");
            device.awaitCommitted(SLOT, "1");
        });
    }

    @Test
    void a_disk_that_fills_in_a_download_is_a_typed_error_and_the_old_one_serves() throws IOException {
        assumeThat(Device.canHaveDisks())
                .as("this machine lets no process mount a tmpfs of its own")
                .isTrue();
        Device device = serving(site.device("cramped").withDisk(60_000_000));
        site.proxy().throttle(1_000_000);
        String failing = site.deploy(device.id(), SLOT, "2");
        device.awaitReport(SLOT, report -> report.at("/progress/bytesReceived").asLong() > 100_000);

        fill(device.disk().resolve("filler"));
        site.proxy().throttle(Long.MAX_VALUE);

        JsonNode report =
                device.awaitReport(SLOT, slot -> slot.path("state").asText().equals("FAILED"));
        assertThat(report.at("/error/code").asText()).isEqualTo("STORAGE_FULL");
        assertThat(report.path("active").asText()).startsWith("answer@1/");
        assertThat(device.answer(SLOT)).isEqualTo(1);
        assertThat(site.awaitEnd(failing)).isEqualTo("FAILED");
    }

    /** Writes until nothing more fits. */
    private static void fill(Path file) throws IOException {
        byte[] block = new byte[4096];
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
        }
    }
}

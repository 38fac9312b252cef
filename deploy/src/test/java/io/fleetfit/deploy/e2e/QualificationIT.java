package io.fleetfit.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.deploy.process.LocalProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What a device finds out before a variant serves, from the controller's golden outputs to the next best variant. */
class QualificationIT {
    private static final String SLOT = "answer";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void a_variant_that_the_device_finds_too_slow_is_explained_and_the_next_best_taken() {
        try (Site site = new Site(folder)) {
            site.importVersion(SLOT, "1", TestModels.write(folder.resolve("1.onnx"), 1, 1_000));
            Device device = site.device("pi-1").start().awaitOnline();
            site.deploy(device.id(), SLOT, "1");
            device.awaitCommitted(SLOT, "1");
            assertThat(device.reported(SLOT).at("/qualification/outcome").asText())
                    .isEqualTo("PASSED");
            assertThat(device.reported(SLOT)
                            .at("/qualification/maxRelativeError")
                            .isNumber())
                    .as("the controller's golden outputs were compared")
                    .isTrue();

            site.importVersion(SLOT, "2", TestModels.writeHiddenLoop(folder.resolve("2.onnx"), 2, 100_000));
            addVariant(site, "light", TestModels.write(folder.resolve("light.onnx"), 3, 1_000));
            quality(site, "fp32", 0.95);
            quality(site, "light", 0.93);
            wish(site, device);
            begin(site);

            JsonNode refused =
                    device.awaitReport(SLOT, slot -> slot.path("state").asText().equals("FAILED"));
            assertThat(refused.at("/error/code").asText()).isEqualTo("BUDGET_LATENCY");
            assertThat(refused.at("/qualification/outcome").asText()).isEqualTo("TOO_SLOW");
            assertThat(refused.path("active").asText()).isEqualTo(SLOT + "@1/fp32");
            assertThat(device.answer(SLOT)).isEqualTo(1);

            JsonNode explained = site.api().get("devices/" + device.id() + "/fit?deployment=tight");
            assertThat(explained.at("/rejections/0/reasons").findValuesAsText("text"))
                    .anyMatch(text ->
                            text.startsWith("refused by qualification: needs ") && text.contains("has 10.00 ms"));

            begin(site);
            device.awaitCommitted(SLOT, "2");
            assertThat(device.reported(SLOT).path("active").asText()).isEqualTo(SLOT + "@2/light");
            assertThat(device.answer(SLOT)).isEqualTo(3);
        }
    }

    private static void addVariant(Site site, String name, Path onnx) {
        JsonNode job = site.api()
                .post(
                        "models/" + SLOT + "/versions/2/variants",
                        ControllerClient.object()
                                .put("name", name)
                                .put("blob", site.api().upload(onnx))
                                .put("precision", "fp32"));
        site.api().awaitJob(job.required("job").asText(), Duration.ofMinutes(1));
    }

    private static void quality(Site site, String variant, double value) {
        site.api()
                .put(
                        "models/" + SLOT + "/versions/2/variants/" + variant + "/quality",
                        ControllerClient.object()
                                .put("metric", "quality")
                                .put("value", value)
                                .put("samples", 1_000));
    }

    private static void wish(Site site, Device device) {
        ObjectNode deployment = ControllerClient.object()
                .put("name", "tight")
                .put("selector", "id=" + device.id())
                .put("slot", SLOT)
                .put("model", SLOT)
                .put("revision", "2");
        deployment.set(
                "policy", ControllerClient.object().put("objective", "QUALITY").put("maxP95Millis", 10));
        site.api().post("deployments", deployment);
    }

    private static void begin(Site site) {
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> !site.api()
                .post("rollouts", ControllerClient.object().put("deployment", "tight"))
                .isMissingNode());
    }

    @Test
    void a_probe_that_was_killed_with_the_agent_leaves_no_process_and_is_run_again() throws IOException {
        try (Site site = new Site(folder)) {
            Device device = site.device("pi-2").with("FLEETFIT_AGENT_PROBE_DELAY", "10ms");
            LocalProcess process = device.launch();
            device.awaitStart(process);
            await().atMost(Duration.ofSeconds(60)).until(() -> children(process).anyMatch(QualificationIT::measures));
            List<ProcessHandle> children = children(process).toList();

            device.kill();

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(children).noneMatch(ProcessHandle::isAlive));
            assertThat(probe(device).path("attempts").asInt()).isEqualTo(1);
            assertThat(probe(device).has("last")).isFalse();

            device.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> probe(device).has("last"));
            assertThat(probe(device).path("attempts").asInt()).isZero();
        }
    }

    private static Stream<ProcessHandle> children(LocalProcess process) {
        return ProcessHandle.of(process.pid()).stream().flatMap(ProcessHandle::descendants);
    }

    private static boolean measures(ProcessHandle child) {
        return child.info().arguments().map(List::of).orElse(List.of()).contains("io.fleetfit.agent.probe.ProbeMain");
    }

    private static JsonNode probe(Device device) throws IOException {
        Path state = device.data().resolve("probe/state.json");
        return Files.exists(state)
                ? new ObjectMapper().readTree(Files.readAllBytes(state))
                : new ObjectMapper().valueToTree(Map.of());
    }
}

package io.fleetfit.agent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.agent.artifact.BlobRef;
import io.fleetfit.agent.artifact.ChunkServer;
import io.fleetfit.agent.connect.TestBroker;
import io.fleetfit.agent.update.FakeRuntime;
import io.fleetfit.agent.update.VariantRuntime;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.UpdateState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentTest {
    @TempDir
    static Path brokerFolder;

    private static TestBroker broker;

    @TempDir
    Path folder;

    private TestController controller;
    private final FakeRuntime runtime = new FakeRuntime();

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.start(brokerFolder);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    @BeforeEach
    void startController() throws Exception {
        controller = new TestController(broker.uri());
    }

    @AfterEach
    void stopController() throws Exception {
        controller.close();
    }

    private final class Parts implements DeviceParts {
        @Override
        public Capabilities capabilities() {
            return new Capabilities(
                    "x86_64",
                    "test",
                    null,
                    null,
                    null,
                    null,
                    2,
                    Set.of(),
                    1 << 30,
                    1 << 30,
                    1 << 30,
                    List.of(),
                    List.of("CPUExecutionProvider"),
                    "1.29.0",
                    21,
                    false,
                    true);
        }

        @Override
        public VariantRuntime runtime() {
            return runtime;
        }

        @Override
        public Window drain(Instant from, Instant to) {
            return new Window(new TelemetryBatch.SystemFigures(1, 2, 3, 4, null, null), List.of());
        }

        @Override
        public int apiPort() {
            return 4711;
        }

        @Override
        public void close() {}
    }

    private Agent agent(String id, boolean metered) throws Exception {
        AgentConfig config = ConfigReader.read(
                List.of(
                        "--controller",
                        controller.url().toString(),
                        "--data-dir",
                        folder.resolve(id).toString(),
                        "--device-id",
                        id,
                        "--enrolment-token",
                        "fft_once",
                        "--telemetry.interval",
                        "100ms",
                        "--report.interval",
                        "100ms",
                        "--link.metered",
                        String.valueOf(metered)),
                Map.of("FLEETFIT_AGENT_CONFIG", emptyFile().toString()));
        return Agent.open(config, ignored -> new Parts(), BuildInfo.read());
    }

    private Path emptyFile() throws IOException {
        Path file = folder.resolve("agent.yaml");
        Files.writeString(file, "");
        return file;
    }

    private @Nullable UpdateState state() {
        ReportedState report = controller.lastReport();
        return report == null || report.slots().isEmpty()
                ? null
                : report.slots().get(0).state();
    }

    @Test
    void enrolsSaysHelloDownloadsServesAndReportsTelemetryOnce() throws Exception {
        BlobRef blob = controller.chunks.add(ChunkServer.randomBytes(3_000_000, 1));
        try (Agent agent = agent("first", false)) {
            agent.start();
            await().untilAsserted(() -> assertThat(controller.hellos).hasSize(1));
            assertThat(controller.hellos.get(0).deviceId()).isEqualTo("first");
            assertThat(new ObjectMapper()
                            .readTree(folder.resolve("first/run/agent.json").toFile())
                            .get("deviceId")
                            .asText())
                    .isEqualTo("first");

            controller.desire("first", 1, controller.assignment("digits", "v1", blob, 0));

            await().untilAsserted(() -> assertThat(state()).isEqualTo(UpdateState.COMMITTED));
            assertThat(runtime.serving).containsEntry("digits", "v1");
            assertThat(controller.chunks.sentBytes).isEqualTo(3_000_000);
            await().untilAsserted(() -> assertThat(controller.telemetry).hasSizeGreaterThan(3));
            Set<Long> sequences = new HashSet<>();
            controller.telemetry.forEach(
                    batch -> assertThat(sequences.add(batch.sequence())).isTrue());
        }
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(folder.resolve("first/credentials.json"))))
                .isEqualTo("rw-------");
        assertThat(folder.resolve("first/run/agent.json")).doesNotExist();
        await().untilAsserted(() -> assertThat(controller.presences)
                .last()
                .satisfies(presence -> assertThat(presence.online()).isFalse()));
    }

    @Test
    void meteredDeviceGetsItsChunksAlone() throws Exception {
        BlobRef blob = controller.chunks.add(ChunkServer.randomBytes(500_000, 2));
        try (Agent agent = agent("metered", true)) {
            agent.start();
            controller.desire("metered", 1, controller.assignment("digits", "v1", blob, 0));
            await().untilAsserted(() -> assertThat(state()).isEqualTo(UpdateState.COMMITTED));
        }
    }

    @Test
    void servesWithoutControllerAndBrokerAfterARestartAndComesBack() throws Exception {
        BlobRef blob = controller.chunks.add(ChunkServer.randomBytes(500_000, 3));
        try (Agent agent = agent("offline", false)) {
            agent.start();
            controller.desire("offline", 1, controller.assignment("digits", "v1", blob, 0));
            await().untilAsserted(() -> assertThat(state()).isEqualTo(UpdateState.COMMITTED));
        }
        runtime.serving.clear();
        broker.down();

        try (Agent agent = agent("offline", false)) {
            agent.start();
            assertThat(runtime.serving).containsEntry("digits", "v1");

            broker.up();
            controller.close();
            controller = new TestController(broker.uri());
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(controller.hellos).isNotEmpty());
            assertThat(controller.hellos.get(0).held()).hasSize(1);
            await().untilAsserted(() -> assertThat(controller.telemetry).isNotEmpty());
        }
    }

    @Test
    void repeatsHelloAfterTheBrokerWasRestartedInTheMiddleOfADownload() throws Exception {
        BlobRef blob = controller.chunks.add(ChunkServer.randomBytes(2_000_000, 4));
        controller.chunks.fault = (header, payload) -> header.number() > 5 ? null : payload;
        try (Agent agent = agent("resume", false)) {
            agent.start();
            controller.desire("resume", 1, controller.assignment("digits", "v1", blob, 0));
            await().until(() -> controller.chunks.requested.size() > 5);
            broker.down();
            broker.up();
            ChunkServer chunks = controller.chunks;
            chunks.fault = (header, payload) -> payload;
            controller.connect();
            controller.desire("resume", 1, controller.assignment("digits", "v1", blob, 0));

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(state()).isEqualTo(UpdateState.COMMITTED));
            assertThat(controller.hellos).hasSizeGreaterThan(1);
        }
    }

    @Test
    void saysThatADesiredStateWasForged() throws Exception {
        try (Agent agent = agent("forged", false)) {
            agent.start();
            await().untilAsserted(() -> assertThat(controller.hellos).hasSize(1));

            controller.publishRaw("forged", "{\"payloadType\":\"x\",\"payload\":\"\",\"signatures\":[]}");

            await().untilAsserted(() -> {
                ReportedState report = controller.lastReport();
                assertThat(report).isNotNull();
                assertThat(report.refused()).isNotNull();
                assertThat(report.refused().code()).isEqualTo(ErrorCode.NETWORK_BAD_SIGNATURE);
            });
        }
    }

    @Test
    void endsWithTheControllersReasonWhenTheTokenIsRefused() throws Exception {
        controller.enrolmentStatus.set(403);
        try (Agent agent = agent("refused", false)) {
            assertThatThrownBy(agent::start)
                    .isInstanceOf(Enrolment.Refused.class)
                    .hasMessageContaining("the token was used before");
        }
    }

    @Test
    void refusesADataFolderThatAnotherAgentUses() throws Exception {
        try (Agent agent = agent("twice", false)) {
            assertThat(agent).isNotNull();
            assertThatThrownBy(() -> agent("twice", false)).hasMessageContaining("another agent uses");
        }
    }
}

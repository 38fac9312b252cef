package io.fleetfit.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fleetfit.agent.app.InProcessAgent;
import io.fleetfit.deploy.process.MqttProxy;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.rollout.AbortMode;
import io.fleetfit.rollout.Rollout;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Controller and agents as they are but for API and models, in one process, with a network in between that can fail. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControllerAndAgentTest {
    private static final String MODEL = "bytes";
    private static final Capabilities BOARD = new Capabilities(
            "x86_64",
            "test",
            null,
            null,
            null,
            null,
            2,
            Set.of(),
            8_000_000_000L,
            8_000_000_000L,
            8_000_000_000L,
            List.of(),
            List.of(ExecutionSettings.CPU),
            "1.29.0",
            24,
            false,
            false);

    @TempDir
    static Path folder;

    private final List<InProcessAgent> agents = new ArrayList<>();
    private InProcessController controller;
    private MqttProxy proxy;
    private int deployments;

    @BeforeAll
    void start() throws IOException {
        controller = new InProcessController(folder.resolve("controller"));
        proxy = MqttProxy.to(controller.mqttPort());
        controller.register(MODEL, "1", bytes(1, 200_000));
        controller.register(MODEL, "2", bytes(2, 4_000_000));
    }

    @AfterAll
    void stop() {
        proxy.close();
        controller.close();
    }

    @AfterEach
    void endAgentsAndMendTheNetwork() {
        agents.forEach(InProcessAgent::close);
        agents.clear();
        proxy.throttle(Long.MAX_VALUE);
        proxy.onToDevice(packet -> packet);
    }

    private Path bytes(int seed, int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return Files.write(folder.resolve("upload-" + seed), bytes);
    }

    private InProcessAgent agent(String id) {
        InProcessAgent agent =
                InProcessAgent.start(folder.resolve(id), controller.enrol(id, URI.create(proxy.url()), BOARD), BOARD);
        agents.add(agent);
        return agent;
    }

    private String deploy(String devices, String version) {
        return controller.deploy("deployment-" + ++deployments, "id in (" + devices + ")", MODEL, version);
    }

    private void awaitEnd(String rollout, Rollout.State end) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(controller.state(rollout)).isEqualTo(end));
    }

    private SlotReport awaitState(String device, UpdateState state) {
        return await().atMost(Duration.ofSeconds(30))
                .until(() -> controller.reported(device, MODEL), report -> report.map(slot -> slot.state() == state)
                        .orElse(false))
                .orElseThrow();
    }

    @Test
    void a_version_comes_to_three_devices_at_once() {
        List<InProcessAgent> three = List.of(agent("a"), agent("b"), agent("c"));
        awaitEnd(deploy("a b c", "1"), Rollout.State.SUCCEEDED);

        String rollout = deploy("a b c", "2");

        awaitEnd(rollout, Rollout.State.SUCCEEDED);
        three.forEach(agent -> assertThat(agent.serving()).containsEntry(MODEL, "bytes@2/fp32"));
        for (String id : List.of("a", "b", "c")) {
            assertThat(awaitState(id, UpdateState.COMMITTED).progress()).isNotNull();
        }
    }

    @Test
    void a_device_that_comes_later_follows_the_deployment() {
        agent("early");
        awaitEnd(deploy("early late", "1"), Rollout.State.SUCCEEDED);

        InProcessAgent late = agent("late");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(late.serving()).containsEntry(MODEL, "bytes@1/fp32"));
    }

    @Test
    void a_rollout_goes_on_with_a_controller_that_starts_on_what_the_first_one_left() throws IOException {
        InProcessAgent agent = agent("resumed");
        awaitEnd(deploy("resumed", "1"), Rollout.State.SUCCEEDED);
        proxy.throttle(1_000_000);
        String rollout = deploy("resumed", "2");
        awaitState("resumed", UpdateState.DOWNLOADING);

        controller.close();
        controller = new InProcessController(folder.resolve("controller"));
        proxy.retarget(controller.mqttPort());
        proxy.throttle(Long.MAX_VALUE);

        assertThat(agent.serving()).containsEntry(MODEL, "bytes@1/fp32");
        awaitEnd(rollout, Rollout.State.SUCCEEDED);
        assertThat(agent.serving()).containsEntry(MODEL, "bytes@2/fp32");
    }

    @Test
    void a_rollout_that_is_aborted_takes_downloads_in_flight_back() {
        InProcessAgent agent = agent("aborted");
        awaitEnd(deploy("aborted", "1"), Rollout.State.SUCCEEDED);
        proxy.throttle(500_000);
        String rollout = deploy("aborted", "2");
        awaitState("aborted", UpdateState.DOWNLOADING);

        controller.abort(rollout, AbortMode.REVERT);

        awaitEnd(rollout, Rollout.State.ABORTED);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(controller
                        .reported("aborted", MODEL)
                        .orElseThrow()
                        .state()
                        .isResting())
                .isTrue());
        assertThat(agent.serving()).containsEntry(MODEL, "bytes@1/fp32");
    }

    @Test
    void a_chunk_that_stays_corrupt_fails_the_rollout_and_the_old_version_serves() {
        InProcessAgent agent = agent("corrupt");
        awaitEnd(deploy("corrupt", "1"), Rollout.State.SUCCEEDED);
        proxy.onToDevice(packet -> packet.chunk()
                        .filter(header -> header.kind() == ChunkHeader.Kind.CHUNK && header.number() == 2)
                        .isPresent()
                ? packet.corrupted()
                : packet);

        String rollout = deploy("corrupt", "2");

        awaitEnd(rollout, Rollout.State.FAILED);
        assertThat(awaitState("corrupt", UpdateState.FAILED).error())
                .satisfies(error -> assertThat(String.valueOf(error)).contains("ARTIFACT_CHUNK_DIGEST"));
        assertThat(agent.serving()).containsEntry(MODEL, "bytes@1/fp32");
    }
}

package io.fleetfit.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.deploy.process.LocalProcess;
import io.fleetfit.protocol.UpdateState;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code kill -9} at every state of the update machine: the process is stopped by a debugger right after the state is in
 * the journal and before anything else, and killed there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledAgentIT {
    private static final String SLOT = "answer";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private Site site;
    private Device device;
    private int version = 1;

    @BeforeAll
    void serveTheFirstVersion() {
        site = new Site(folder);
        for (int number = 1; number <= 3; number++) {
            int bytes = number == 3 ? 3_000_000 : 200_000;
            site.importVersion(SLOT, "" + number, TestModels.write(folder.resolve(number + ".onnx"), number, bytes));
        }
        device = site.device("killed").start().awaitOnline();
        site.deploy(device.id(), SLOT, "1");
        device.awaitCommitted(SLOT, "1");
    }

    @AfterAll
    void stop() {
        site.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"DOWNLOADING", "VERIFYING", "STAGED", "QUALIFYING", "ACTIVE", "COMMITTED"})
    void an_update_goes_on_where_the_agent_was_killed(UpdateState state) {
        int next = 3 - version;

        String rollout = killAt(state, () -> site.deploy(device.id(), SLOT, "" + next));

        device.start();
        assertThat(firstAnswer()).isIn((double) version, (double) next);
        device.awaitCommitted(SLOT, "" + next);
        assertThat(device.answer(SLOT)).isEqualTo(next);
        assertThat(site.awaitEnd(rollout)).isEqualTo("SUCCEEDED");
        version = next;
    }

    @Test
    void an_update_that_was_called_off_is_taken_back_where_the_agent_was_killed() {
        site.proxy().throttle(300_000);

        String rollout = killAt(UpdateState.ROLLING_BACK, () -> {
            String started = site.deploy(device.id(), SLOT, "3");
            device.awaitReport(SLOT, report -> report.path("state").asText().equals("DOWNLOADING"));
            site.api()
                    .post(
                            "rollouts/" + started + "/abort",
                            ControllerClient.object().put("mode", "REVERT"));
            return started;
        });

        site.proxy().throttle(Long.MAX_VALUE);
        device.start();
        assertThat(firstAnswer()).isEqualTo(version);
        JsonNode report = device.awaitReport(
                SLOT, slot -> !slot.path("state").asText().equals("DOWNLOADING") && slot.has("active"));
        assertThat(report.path("active").asText()).startsWith(SLOT + "@" + version + "/");
        assertThat(site.awaitEnd(rollout)).isEqualTo("ABORTED");
    }

    /** Runs the agent up to the moment at which {@code state} of a newer generation is on disk, and kills it there. */
    private String killAt(UpdateState state, java.util.function.Supplier<String> change) {
        device.kill();
        long before = device.journal(SLOT).path("generation").asLong();
        try (Debugger debugger = Debugger.listen()) {
            device.with(
                    "FLEETFIT_AGENT_JAVA_OPTS",
                    "-Xmx24m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 " + debugger.option());
            LocalProcess process = device.launch();
            debugger.stopAtEndOf("io.fleetfit.agent.update.FileJournal", "write", () -> {
                JsonNode slot = device.journal(SLOT);
                return slot.path("generation").asLong() > before
                        && slot.path("state").asText().equals(state.name());
            });
            device.awaitStart(process);
            String rollout = change.get();

            assertThat(debugger.awaitStop(30)).as("the agent came to %s", state).isTrue();
            device.kill();
            return rollout;
        } finally {
            device.without("FLEETFIT_AGENT_JAVA_OPTS");
        }
    }

    /** The first answer after a start; before it the local API says that nothing is loaded yet. */
    private double firstAnswer() {
        return await().atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> device.answer(SLOT), answer -> answer > 0);
    }
}

package io.fleetfit.agent.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.agent.connect.TestBroker;
import io.fleetfit.agent.qualify.TrialModels;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.Qualification.Outcome;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole agent with its child processes: variants that harm end in the right state with numbers, and the old one answers
 * every request meanwhile.
 */
class QualifiedAgentTest {
    private static final String REQUEST =
            "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[8],\"data\":[1,0,0,0,0,0,0,0]}]}";

    @TempDir
    static Path brokerFolder;

    private static TestBroker broker;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final ScheduledExecutorService user = Executors.newSingleThreadScheduledExecutor();
    private TestController controller;
    private Agent agent;
    private String expected = "";
    private long generation;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.start(brokerFolder);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    @BeforeEach
    void serveTheFirstVariant() throws Exception {
        controller = new TestController(broker.uri());
        String id = "qualified-" + System.nanoTime();
        Path file = Files.writeString(folder.resolve("agent.yaml"), "");
        AgentConfig config = ConfigReader.read(
                List.of(
                        "--controller", controller.url().toString(),
                        "--data-dir", folder.resolve("data").toString(),
                        "--device-id", id,
                        "--enrolment-token", "fft_once",
                        "--api.port", "0",
                        "--probe.mode", "never",
                        "--qualification.timeout", "3s"),
                Map.of("FLEETFIT_AGENT_CONFIG", file.toString()));
        BuildInfo build = new BuildInfo("test", java.time.Instant.EPOCH);
        agent = Agent.open(config, told -> BoardParts.open(told, build), build);
        agent.start();
        give("old", TrialModels.product(false), Budget.none(), null);
        awaitState(UpdateState.COMMITTED);
        expected = Objects.requireNonNull(infer());
        var unused = user.scheduleWithFixedDelay(this::use, 0, 20, TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        user.shutdownNow();
        agent.close();
        controller.close();
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    private void give(String variant, byte[] model, Budget budget, @Nullable Golden golden) throws Exception {
        controller.desire(
                controllerDevice(),
                ++generation,
                controller.trial(variant, controller.chunks.add(model), budget, golden));
    }

    private String controllerDevice() throws IOException {
        return runFile().required("deviceId").asText();
    }

    private JsonNode runFile() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("data/run/agent.json").toFile());
    }

    private SlotReport awaitState(UpdateState state) {
        return await().atMost(Duration.ofSeconds(40))
                .until(this::slot, slot -> slot != null && slot.state() == state && slot.generation() == generation);
    }

    private @Nullable SlotReport slot() {
        ReportedState report = controller.lastReport();
        return report == null || report.slots().isEmpty()
                ? null
                : report.slots().get(0);
    }

    private void use() {
        try {
            String answer = infer();
            (expected.equals(answer) ? answers : failures).incrementAndGet();
        } catch (IOException e) {
            failures.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable String infer() throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                + runFile().required("apiPort").asInt() + "/v2/models/digits/infer"))
                        .POST(HttpRequest.BodyPublishers.ofString(REQUEST))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 200
                ? new ObjectMapper()
                        .readTree(answer.body())
                        .at("/outputs/0/data")
                        .toString()
                : null;
    }

    private void assertRefused(ErrorCode code, Outcome outcome) {
        SlotReport slot = awaitState(UpdateState.FAILED);
        assertThat(Objects.requireNonNull(slot.error()).code()).isEqualTo(code);
        assertThat(Objects.requireNonNull(slot.qualification()).outcome()).isEqualTo(outcome);
        assertThat(slot.active()).isEqualTo("digits@1/old");
        int before = answers.get();
        await().until(() -> answers.get() > before);
        assertThat(failures).hasValue(0);
    }

    @Test
    void aVariantThatTakesAllMemoryIsRefused() throws Exception {
        give("eater", TrialModels.memoryEater(), new Budget(null, 64L << 20), null);

        assertRefused(ErrorCode.BUDGET_MEMORY, Outcome.TOO_MUCH_MEMORY);
    }

    @Test
    void aVariantThatLoopsForEverIsRefused() throws Exception {
        give("endless", TrialModels.endless(), Budget.none(), null);

        assertRefused(ErrorCode.RUNTIME_TRIAL, Outcome.TIMED_OUT);
    }

    @Test
    void aVariantThatAnswersNoNumbersIsRefused() throws Exception {
        give("nan", TrialModels.notANumber(), Budget.none(), null);

        assertRefused(ErrorCode.RUNTIME_TRIAL, Outcome.NOT_FINITE);
    }

    @Test
    void aVariantThatAnswersOtherThanTheControllerIsRefused() throws Exception {
        Golden golden = TrialModels.golden(Collections.nCopies(8, 0.25));
        give("flipped", TrialModels.product(true), Budget.none(), golden);

        assertRefused(ErrorCode.RUNTIME_TRIAL, Outcome.OUTPUT_DIFFERS);
    }

    @Test
    void aVariantThatIsFastInItsTrialAndSlowInServiceGoesBack() throws Exception {
        user.shutdownNow();
        assertThat(user.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        give("turncoat", TrialModels.slowForLargeInputs(), new Budget(10.0, null), null);
        awaitState(UpdateState.ACTIVE);

        SlotReport slot = await().atMost(Duration.ofSeconds(40))
                .until(
                        () -> {
                            infer();
                            return slot();
                        },
                        now -> now != null && now.state() == UpdateState.ROLLED_BACK);

        assertThat(Objects.requireNonNull(slot.error()).code()).isEqualTo(ErrorCode.BUDGET_LATENCY);
        assertThat(slot.error().needed()).isGreaterThan(10.0);
        assertThat(Objects.requireNonNull(slot.qualification()).outcome()).isEqualTo(Outcome.PASSED);
        assertThat(slot.active()).isEqualTo("digits@1/old");
        assertThat(infer()).isEqualTo(expected);
    }
}

package io.fleetfit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fleetfit.fit.FitEngine.Subject;
import io.fleetfit.fit.Fits;
import io.fleetfit.fit.Policy;
import io.fleetfit.fit.StandardFitEngine;
import io.fleetfit.fleet.Device;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.Progress;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutView;
import io.fleetfit.rollout.gate.Evidence;
import io.fleetfit.rollout.gate.GateVerdict;
import io.fleetfit.rollout.plan.GateRule;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswersTest {
    private static final Instant EARLIER = CliRun.NOW.minusSeconds(600);
    private static final String LONG = "a-device-with-a-name-that-somebody-thought-would-never-be-long-enough";

    @TempDir
    private Path home;

    private StubController controller;

    @BeforeEach
    void start() throws Exception {
        controller = new StubController();
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void explains_a_fit_with_the_ranking_and_every_reason_of_the_rest() {
        // Given
        List<Variant> variants = List.of(
                Fits.variant("fp32")
                        .quality(new Quality("top1", 0.99, 300))
                        .size(590_000)
                        .build(),
                Fits.variant("fp16-storage")
                        .precision("fp16-storage")
                        .size(300_000)
                        .build(),
                Fits.variant("int8-weights")
                        .precision("int8-weights")
                        .size(200_000)
                        .build(),
                Fits.variant("cuda")
                        .provider("CUDAExecutionProvider")
                        .quality(null)
                        .size(5_900_000)
                        .build());
        Subject device = Fits.subject(
                Fits.capabilities(800_000_000, 450_000, 17, List.of("CPUExecutionProvider"), Set.of("asimd"), false));
        Policy policy = Fits.policy(200.0, null, null, null, 0.89);
        controller.answer(
                "GET devices/d1/fit?model=net&revision=1",
                new StandardFitEngine(Fits.RATES).prepare(variants, List.of()).decide(device, policy));

        // When
        CliRun run = CliRun.of(controller, home, "fit", "explain", "d1", "net@1");

        // Then
        assertThat(run.exitCode()).isZero();
        assertThat(run.width()).isLessThanOrEqualTo(80);
        assertThat(run.out()).isEqualToNormalizingNewlines("""
                d1 gets net@1/fp16-storage

                VARIANT       SCORE  QUAL  LAT  MEM  CHG    P95  UPPER  FROM    MEMORY  DOWNLOAD
                fp16-storage  96.47   100   50   91  100  100.0  130.0  MODEL  51.2 MB  300.0 kB
                int8-weights  88.30    90   50   91  100  100.0  130.0  MODEL  51.2 MB  200.0 kB

                Rejected
                  cuda
                    - quality: needs 0.8900, unknown here; no quality was measured: evaluate
                      the variant
                    - execution provider: needs CUDAExecutionProvider, the device has
                      [CPUExecutionProvider]
                    - storage for models: needs 5.9 MB, has 450.0 kB
                  fp32
                    - storage for models: needs 590.0 kB, has 450.0 kB
                """);
    }

    @Test
    void no_fit_has_an_exit_code_of_its_own() {
        // Given
        controller.answer(
                "GET devices/d1/fit?deployment=shop",
                new StandardFitEngine(Fits.RATES)
                        .prepare(List.of(Fits.variant("fp32").build()), List.of())
                        .decide(Fits.subject(Fits.capabilities()), Fits.policy(1.0, null, null, null, null)));

        // When
        CliRun run = CliRun.of(controller, home, "fit", "explain", "d1", "--deployment", "shop");

        // Then
        assertThat(run.exitCode()).isEqualTo(ExitCodes.NO_FIT);
        assertThat(run.out()).startsWith("No variant fits d1.").contains("latency: needs 130.00 ms, has 1.00 ms");
    }

    @Test
    void lists_devices_page_by_page_within_80_columns() {
        // Given
        Device device = Fits.device(LONG, "raspberry-pi-4b-4gb", Fits.capabilities());
        controller
                .answer("GET devices?limit=200", Map.of("devices", List.of(device, device), "next", "c/1", "total", 3))
                .answer("GET devices?limit=200&cursor=c%2F1", Map.of("devices", List.of(device), "total", 3));

        // When
        CliRun run = CliRun.of(controller, home, "device", "list");
        CliRun wide = CliRun.of(controller, home, "device", "list", "-o", "wide");

        // Then
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).hasSize(4);
        assertThat(run.width()).isLessThanOrEqualTo(80);
        assertThat(run.out()).contains("DEVICE", "online", "954 MiB", "…");
        assertThat(wide.out()).contains(LONG, "CPUExecutionProvider");
    }

    @Test
    void says_how_many_devices_a_limit_left_out() {
        // Given
        Device device = Fits.device("d1", "jetson-nano", Fits.capabilities());
        controller.answer("GET devices?limit=1", Map.of("devices", List.of(device), "next", "d1", "total", 7));

        // When
        CliRun run = CliRun.of(controller, home, "device", "list", "--limit", "1");

        // Then
        assertThat(run.out()).contains("1 of 7; see more with --limit");
    }

    @Test
    void json_and_yaml_are_the_controllers_answer() throws Exception {
        // Given
        String answer = "{\"models\":[{\"name\":\"net\",\"tags\":{\"a\":\"1\"}}]}";
        controller.answer("GET models", answer);

        // When
        CliRun json = CliRun.of(controller, home, "model", "list", "-o", "json");
        CliRun yaml = CliRun.of(controller, home, "model", "list", "-o", "yaml");

        // Then
        assertThat(new ObjectMapper().readTree(json.out())).isEqualTo(new ObjectMapper().readTree(answer));
        assertThat(new YAMLMapper().readTree(yaml.out())).isEqualTo(new ObjectMapper().readTree(answer));
    }

    @Test
    void a_watched_rollout_that_fails_has_an_exit_code_of_its_own() {
        // Given
        RolloutView running = view(Rollout.State.RUNNING, null);
        RolloutView failed = view(Rollout.State.FAILED, "gate FAILURES failed: 1 of 2 devices failed");
        controller
                .answer("POST rollouts", 201, running)
                .answer("GET rollouts/r-1", Map.of("rollout", running, "updates", List.of()))
                .answer("GET rollouts/r-1", Map.of("rollout", failed, "updates", updates()));

        // When
        CliRun run = CliRun.of(controller, home, "rollout", "start", "shop", "--watch");

        // Then
        assertThat(run.exitCode()).isEqualTo(ExitCodes.ROLLOUT_FAILED);
        assertThat(run.width()).isLessThanOrEqualTo(80);
        assertThat(run.out())
                .contains(
                        "Started r-1",
                        "r-1  shop to version 2: RUNNING",
                        "r-1  shop to version 2: FAILED, 1 succeeded, 1 failed",
                        "1 of 2 devices failed",
                        "wave 1/1 ACTIVE ██████░░░░░░ 2/2 asked, 1 ok, 1 failed, 0 watched",
                        "gate FAILURES FAIL: observed 50.0 %, threshold 5.0 %, 2 samples",
                        "failed with STORAGE_QUOTA: 1",
                        "2/fp32");
    }

    @Test
    void a_running_rollout_that_is_not_watched_is_no_failure() {
        // Given
        RolloutView running = view(Rollout.State.RUNNING, null);
        controller.answer("GET rollouts/r-1", Map.of("rollout", running, "updates", updates()));

        // When / Then
        assertThat(CliRun.of(controller, home, "rollout", "status", "r-1").exitCode())
                .isZero();
    }

    @Test
    void previews_a_fleet_from_inline_options() {
        // Given
        controller.answer("POST fit/preview", """
                {"total": 50, "perVariant": [{"variant": "net@1/fp32", "devices": 40, "perProfile": {"jetson-nano": 40}}],
                 "noFit": [{"reason": "STORAGE", "devices": 10, "blocking": 9, "exampleDevice": "d7",
                            "example": "storage for models: needs 4.0 MB, has 10.0 kB"}]}""");

        // When
        CliRun run = CliRun.of(
                controller,
                home,
                "fit",
                "preview",
                "--model",
                "net@1",
                "--selector",
                "a in (b c)",
                "--max-p95",
                "20",
                "--max-memory",
                "1MiB",
                "--objective",
                "LATENCY");

        // Then
        assertThat(controller.bodies.get(0))
                .isEqualTo("{\"selector\":\"a in (b c)\",\"model\":\"net\",\"revision\":\"1\",\"policy\":"
                        + "{\"maxP95Millis\":20.0,\"maxMemoryBytes\":1048576,\"objective\":\"LATENCY\"}}");
        assertThat(run.width()).isLessThanOrEqualTo(80);
        assertThat(run.out())
                .contains(
                        "50 devices: 40 get a variant, 10 get nothing",
                        "80 %",
                        "STORAGE       10       9  d7: storage");
    }

    @Test
    void labels_are_changed_one_by_one() {
        // Given
        controller
                .answer("GET devices/d1", "{\"device\":{\"id\":\"d1\",\"labels\":{\"site\":\"north\",\"ring\":\"1\"}}}")
                .answer("PUT devices/d1/labels", "{}");

        // When
        CliRun run = CliRun.of(controller, home, "device", "label", "d1", "ring-", "site=south", "x=y=z");

        // Then
        assertThat(run.out()).isEqualToNormalizingNewlines("d1  labels site=south,x=y=z\n");
        assertThat(controller.bodies.get(1)).isEqualTo("{\"labels\":{\"site\":\"south\",\"x\":\"y=z\"}}");
    }

    private static RolloutView view(Rollout.State state, @Nullable String reason) {
        return new RolloutView(
                "r-1",
                "shop",
                "2",
                state,
                reason,
                EARLIER,
                null,
                Progress.Phase.ROLLING,
                1,
                List.of(new RolloutView.Wave(1, 2, 2, 2, 1, 1, 0, 600, "ACTIVE", EARLIER, null)),
                2,
                new EnumMap<>(Map.of(DeviceUpdate.State.SUCCEEDED, 1L, DeviceUpdate.State.FAILED, 1L)),
                GateVerdict.FAIL,
                List.of(new Evidence(
                        GateRule.Kind.FAILURES,
                        null,
                        GateVerdict.FAIL,
                        0.5,
                        0.05,
                        2,
                        1,
                        0.01,
                        0.9,
                        "1 of 2 devices failed")),
                Map.of(ErrorCode.STORAGE_QUOTA, 1L),
                Set.of(),
                null);
    }

    private static DeviceUpdate update(
            String device, @Nullable VariantRef before, DeviceUpdate.State state, @Nullable UpdateError error) {
        return new DeviceUpdate(
                "r-1",
                device,
                new DeviceUpdate.Place("jetson-nano", "UTC", "", 7, 1_000, "k"),
                0,
                new VariantRef("net", "2", "fp32"),
                before,
                state,
                DeviceUpdate.Act.NONE,
                3,
                error,
                DeviceUpdate.Watch.NEW,
                EARLIER);
    }

    private static List<DeviceUpdate> updates() {
        return List.of(
                update("d1", null, DeviceUpdate.State.SUCCEEDED, null),
                update(
                        LONG,
                        new VariantRef("net", "1", "fp32"),
                        DeviceUpdate.State.FAILED,
                        new UpdateError(
                                ErrorCode.STORAGE_QUOTA,
                                "needs 590,000 bytes of the model quota, has 450,000",
                                590_000.0,
                                450_000.0)));
    }
}

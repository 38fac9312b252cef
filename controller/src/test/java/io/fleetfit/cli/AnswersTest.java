package io.fleetfit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fleetfit.cost.CostReport;
import io.fleetfit.cost.LatencyCheck;
import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.cost.Pace;
import io.fleetfit.cost.RefitProposal;
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
import io.fleetfit.rollout.Rollout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

                VARIANT       SCORE  QUAL  LAT  MEM  CHG   MEMORY  DOWNLOAD
                fp16-storage  96.47   100   50   91  100  51.2 MB  300.0 kB
                int8-weights  88.30    90   50   91  100  51.2 MB  200.0 kB

                Latency, 95th percentile in ms, with the interval that holds 90 of 100
                VARIANT         P95  LOWER  UPPER  FROM
                fp16-storage  100.0   70.0  130.0  model: graph and declared rates
                int8-weights  100.0   70.0  130.0  model: graph and declared rates

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
    void the_cost_report_compares_estimates_with_what_was_measured() {
        // Given
        LatencyEstimate guess = new LatencyEstimate(10, 8, 12, LatencyEstimate.Source.SCALED);
        VariantRef ref = VariantRef.parse("net@1/fp32");
        List<LatencyCheck> checks = List.of(
                new LatencyCheck(ref, "d1", "raspberry-pi-4b-4gb", guess, 8, 8, Fits.NOW, Pace.NEW),
                new LatencyCheck(ref, "d2", "jetson-nano", guess, 20, 18, Fits.NOW, Pace.NEW));
        controller.answer("GET cost/report?model=net", CostReport.of(checks));
        controller.answer(
                "GET cost/proposals",
                Map.of(
                        "proposals",
                        List.of(
                                new RefitProposal("d2", "jetson-nano", ref, 12, 18, Fits.NOW),
                                new RefitProposal(
                                        "d9", "jetson-nano", VariantRef.parse("other@1/fp32"), 1, 2, Fits.NOW))));

        // When
        CliRun run = CliRun.of(controller, home, "cost", "report", "--model", "net");

        // Then
        assertThat(run.exitCode()).isZero();
        assertThat(run.width()).isLessThanOrEqualTo(80);
        assertThat(run.out()).isEqualToNormalizingNewlines("""
                BY       NAME                 CHECKS   ERROR     BIAS     HELD
                profile  jetson-nano               1  50.0 %  -50.0 %    0.0 %
                profile  raspberry-pi-4b-4gb       1  25.0 %   25.0 %  100.0 %
                model    net                       2  37.5 %  -12.5 %   50.0 %
                source   SCALED                    2  37.5 %  -12.5 %   50.0 %
                all      all                       2  37.5 %  -12.5 %   50.0 %

                Slower than they began: fit them anew
                DEVICE  VARIANT       BEFORE       NOW  FOUND
                d2      net@1/fp32  12.00 ms  18.00 ms  2026-01-02T03:04:05Z
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
        Rollout running = new Rollout("r-1", "shop", "2", Rollout.State.RUNNING, null, EARLIER, null);
        Rollout failed =
                new Rollout("r-1", "shop", "2", Rollout.State.FAILED, "1 of 2 devices failed", EARLIER, CliRun.NOW);
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
                        "r-1  shop to version 2: FAILED, 1 failed, 1 succeeded",
                        "1 of 2 devices failed",
                        "2/fp32");
    }

    @Test
    void a_running_rollout_that_is_not_watched_is_no_failure() {
        // Given
        Rollout running = new Rollout("r-1", "shop", "2", Rollout.State.RUNNING, null, EARLIER, null);
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

    private static List<DeviceUpdate> updates() {
        VariantRef variant = new VariantRef("net", "2", "fp32");
        return List.of(
                new DeviceUpdate("r-1", "d1", 0, variant, null, DeviceUpdate.State.SUCCEEDED, 3, null, EARLIER),
                new DeviceUpdate(
                        "r-1",
                        LONG,
                        0,
                        variant,
                        new VariantRef("net", "1", "fp32"),
                        DeviceUpdate.State.FAILED,
                        4,
                        new UpdateError(
                                ErrorCode.STORAGE_QUOTA,
                                "needs 590,000 bytes of the model quota, has 450,000",
                                590_000.0,
                                450_000.0),
                        EARLIER));
    }
}

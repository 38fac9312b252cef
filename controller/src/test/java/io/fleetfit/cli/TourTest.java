package io.fleetfit.cli;

import io.fleetfit.app.Config;
import io.fleetfit.app.Controller;
import io.fleetfit.dataset.Lines;
import io.fleetfit.fit.Fits;
import io.fleetfit.onnx.SmallModels;
import io.fleetfit.protocol.JsonCodec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command against a real controller. */
class TourTest {
    @TempDir
    private Path folder;

    private Surroundings surroundings;
    private String url;

    private final SoftAssertions softly = new SoftAssertions();
    private Controller controller;

    @BeforeEach
    void start() throws Exception {
        controller = Controller.start(config());
        url = controller.url();
        surroundings = new Surroundings(
                Map.of(
                        "FLEETFIT_URL",
                        url,
                        "FLEETFIT_TOKEN",
                        controller.firstToken().orElseThrow()),
                folder,
                false,
                Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void every_command_does_its_work_on_a_real_controller() throws Exception {
        models();
        dataSets();
        profiles();
        devices();
        deployments();
        softly.assertAll();
    }

    private void models() throws Exception {
        Path file =
                Files.write(folder.resolve("net.onnx"), SmallModels.network().toByteArray());
        softly.assertThat(run("version")).contains("fleetfit", "controller", url);
        softly.assertThat(run("model", "import", file.toString(), "--name", "net", "--tag", "stage=lab"))
                .contains("Imported net@1", "fp32", "fp16-storage", "int8-weights");
        softly.assertThat(run("model", "alias", "net", "production", "1")).contains("net@production is version 1");
        softly.assertThat(run("model", "tag", "net@production", "owner=vision", "stage-"))
                .contains("owner=vision");
        softly.assertThat(run("model", "list")).contains("net", "TENSOR", "production=1");
        softly.assertThat(run("model", "show", "net")).contains("owner=vision");
        softly.assertThat(run("model", "show", "net@production")).contains("int8-weights");
        softly.assertThat(run("variant", "add", "net@1", file.toString(), "--name", "mine", "--precision", "fp32"))
                .contains("Added net@1/mine");
        softly.assertThat(run("variant", "list", "net")).contains("mine", "fp16-storage");
        Path bad = Files.writeString(folder.resolve("bad.onnx"), "<html>not found</html>");
        CliRun refused = cli("model", "import", bad.toString(), "--name", "bad");
        softly.assertThat(refused.exitCode()).as(refused.err()).isEqualTo(ExitCodes.REFUSED);
        softly.assertThat(refused.err().lines()).hasSize(1);
    }

    private void dataSets() throws Exception {
        Path lines = Lines.write(folder.resolve("lines"), 4);
        softly.assertThat(run(
                        "dataset",
                        "import",
                        lines.toString(),
                        "--name",
                        "lines",
                        "--split",
                        "calibration=25%",
                        "--tag",
                        "from=lab"))
                .contains("Imported lines: 8 samples, 8 labelled, 2 classes", "splits calibration=2");
        softly.assertThat(run("dataset", "list")).contains("lines", "PICTURES", "CLASSES", "calibration=2");
        softly.assertThat(run("dataset", "show", "lines")).contains("from=lab", "upright", "turned", "0 repeated");
        CliRun again = cli("dataset", "import", lines.toString(), "--name", "lines");
        softly.assertThat(again.exitCode()).isEqualTo(ExitCodes.REFUSED);
        softly.assertThat(again.err()).contains("exists already");
        Files.writeString(lines.resolve("upright/0.png"), "no picture");
        CliRun broken = cli("dataset", "import", lines.toString(), "--name", "broken");
        softly.assertThat(broken.exitCode()).isEqualTo(ExitCodes.REFUSED);
        softly.assertThat(broken.err()).contains("upright/0.png", "neither JPEG nor PNG", "[data-set]");
        softly.assertThat(broken.err().lines()).hasSize(1);
        CliRun missing = cli("dataset", "import", folder.resolve("nothing").toString(), "--name", "nothing");
        softly.assertThat(missing.exitCode()).isEqualTo(ExitCodes.USAGE);
        softly.assertThat(run("dataset", "list")).doesNotContain("broken", "nothing");
        softly.assertThat(folder.resolve(".cache/fleetfit/datasets")).isEmptyDirectory();
        softly.assertThat(run("dataset", "delete", "lines")).contains("Deleted the data set lines");
        softly.assertThat(cli("dataset", "show", "lines").err()).contains("there is no data set 'lines'");
    }

    private void profiles() throws Exception {
        softly.assertThat(run("profile", "list")).contains("raspberry-pi-4b-4gb", "jetson-orin-nano");
        softly.assertThat(run("profile", "show", "jetson-nano")).contains("source:");
        Path good = Files.writeString(
                folder.resolve("good.yaml"), "name: my-board\ntitle: Mine\nextends: raspberry-pi-5\nabstract: true\n");
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "name: my-board\nextends: nowhere\n");
        softly.assertThat(run("profile", "validate", good.toString())).contains("is a valid profile");
        CliRun refused = cli("profile", "validate", bad.toString());
        softly.assertThat(refused.exitCode()).isEqualTo(ExitCodes.REFUSED);
        softly.assertThat(refused.out()).contains("extends: names 'nowhere'");
    }

    private void devices() throws Exception {
        String token = run("device", "token", "--label", "site=north", "--expires", "1h")
                .trim();
        HttpResponse<String> enrolled = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url + "/api/v1/enrolments"))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(JsonCodec.encode(
                                        Map.of("token", token, "deviceId", "d1", "capabilities", Fits.capabilities()))))
                                .build(),
                        BodyHandlers.ofString(StandardCharsets.UTF_8));
        softly.assertThat(enrolled.statusCode()).as(enrolled.body()).isLessThan(300);
        softly.assertThat(run("device", "label", "d1", "ring=early")).contains("site=north", "ring=early");
        softly.assertThat(run("device", "list", "--selector", "ring=early")).contains("d1", "adhoc-aarch64");
        softly.assertThat(run("device", "show", "d1")).contains("adhoc-aarch64", "954 MiB");
        softly.assertThat(run("telemetry", "show", "d1")).contains("no telemetry yet");
    }

    private void deployments() {
        softly.assertThat(run("fit", "explain", "d1", "net")).contains("d1 gets net@1/", "MODEL");
        softly.assertThat(run("deployment", "create", "strict", "--model", "net@production", "--min-quality", "0.9"))
                .contains("Created the deployment strict");
        CliRun nothing = cli("fit", "explain", "d1", "--deployment", "strict");
        softly.assertThat(nothing.exitCode()).isEqualTo(ExitCodes.NO_FIT);
        softly.assertThat(nothing.out()).contains("quality: needs 0.9000, unknown here");
        softly.assertThat(run("fit", "preview", "--deployment", "strict"))
                .contains("1 devices: 0 get a variant, 1 get nothing", "QUALITY");
        softly.assertThat(run("fit", "preview", "--model", "net", "--selector", "site=north"))
                .contains("1 devices: 1 get a variant", "100 %");
        softly.assertThat(run("deployment", "list")).contains("strict", "net@production", "quality≥0.900");
        softly.assertThat(run("deployment", "show", "strict")).contains("prefers   quality");
        softly.assertThat(run("deployment", "create", "open", "--model", "net@1"))
                .contains("open");
        String id =
                run("rollout", "start", "open").lines().findFirst().orElse("").replace("Started ", "");
        softly.assertThat(run("rollout", "status", id)).contains("RUNNING", "d1");
        softly.assertThat(run("rollout", "status")).contains(id, "open");
        softly.assertThat(run("rollout", "abort", id)).contains("Aborting " + id);
        softly.assertThat(cli("rollout", "status", id, "--watch").exitCode()).isEqualTo(ExitCodes.ROLLOUT_FAILED);
        softly.assertThat(run("deployment", "delete", "strict")).contains("Deleted");
    }

    /** Output of a command that must succeed and keep to 80 columns. */
    private String run(String... arguments) {
        CliRun run = cli(arguments);
        softly.assertThat(run.err()).as("%s", List.of(arguments)).isEmpty();
        softly.assertThat(run.exitCode()).as("%s", List.of(arguments)).isZero();
        if (!arguments[0].equals("profile")) {
            softly.assertThat(run.width())
                    .as("%s%n%s", List.of(arguments), run.out())
                    .isLessThanOrEqualTo(80);
        }
        return run.out();
    }

    private CliRun cli(String... arguments) {
        return CliRun.of(surroundings, List.of(arguments));
    }

    private Config config() {
        Config.Listener anyPort = new Config.Listener("127.0.0.1", 0, null, null);
        Duration day = Duration.ofDays(1);
        return new Config(
                folder.resolve("data"),
                anyPort,
                new Config.Mqtt(anyPort, null, null, null, null),
                new Config.DatabaseConfig(null, null, null),
                new Config.Limits(1, 0, Duration.ofMinutes(1), 0, Duration.ofSeconds(10), day, day, day),
                null);
    }
}

package io.fleetfit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fleetfit.app.Config;
import io.fleetfit.app.Controller;
import io.fleetfit.dataset.Lines;
import io.fleetfit.dataset.file.NpyHeader;
import io.fleetfit.onnx.OnnxFile;
import io.fleetfit.onnx.SmallModels;
import io.fleetfit.protocol.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A family of the text direction classifier, made, compared and completed by the command line on a real controller. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CompressTourTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private static Controller controller;
    private static Surroundings surroundings;
    private static Path model;

    @BeforeAll
    static void givenAModelAndLabelledLines() throws Exception {
        Config.Listener anyPort = new Config.Listener("127.0.0.1", 0, null, null);
        Duration day = Duration.ofDays(1);
        controller = Controller.start(new Config(
                folder.resolve("data"),
                anyPort,
                new Config.Mqtt(anyPort, null, null, null, null),
                new Config.DatabaseConfig(null, null, null),
                new Config.Limits(2, 0, Duration.ofMinutes(2), 0, Duration.ofSeconds(10), day, day, day)));
        surroundings = new Surroundings(
                Map.of(
                        "FLEETFIT_URL",
                        controller.url(),
                        "FLEETFIT_TOKEN",
                        controller.firstToken().orElseThrow()),
                folder,
                false,
                Clock.systemUTC());
        model = Lines.model(folder);
        Path contract = folder.resolve("contract.json");
        Files.write(contract, JsonCodec.encode(Lines.contract("top1")));
        run(
                "model",
                "import",
                model.toString(),
                "--name",
                "cls",
                "--contract",
                contract.toString(),
                "--recipes",
                "fp32");
        run("dataset", "import", Lines.write(folder.resolve("lines"), 20).toString(), "--name", "lines");
    }

    @AfterAll
    static void stop() {
        controller.close();
    }

    private static String run(String... arguments) {
        CliRun run = cli(arguments);
        assertThat(run.exitCode()).as("%s: %s", List.of(arguments), run.err()).isZero();
        return run.out();
    }

    private static CliRun cli(String... arguments) {
        return CliRun.of(surroundings, List.of(arguments));
    }

    private static CliRun refused(int exitCode, String... arguments) {
        CliRun run = cli(arguments);
        assertThat(run.exitCode())
                .as("%s: %s%s", List.of(arguments), run.out(), run.err())
                .isEqualTo(exitCode);
        assertThat(run.err().lines()).as("%s", List.of(arguments)).hasSize(1);
        return run;
    }

    @Test
    @Order(1)
    void recipes_are_listed_shown_added_and_deleted() throws Exception {
        Path mine = Files.writeString(folder.resolve("large.yaml"), """
                name: large
                description: Large tensors alone in 8 bits.
                precision: int8-weights
                passes: [constants-to-initializers, fold-batch-normalization, drop-unused, store-as-int8: {least-elements: 256}]
                expandsWeights: true
                vary: {pass: store-as-int8, setting: least-elements, values: [1000, 4000], goal: last-that-passes}
                """);
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "name: bad\npasses: [nothing]\ncolour: red\n");

        assertThat(run("recipe", "list")).contains("fp16-storage", "fleetfit").doesNotContain("large");
        assertThat(run("recipe", "show", "int8-weights")).contains("store-as-int8", "expandsWeights: true");
        assertThat(run("recipe", "add", mine.toString())).contains("Added the recipe large");
        assertThat(run("recipe", "list")).contains("large", "user");
        assertThat(refused(ExitCodes.REFUSED, "recipe", "add", bad.toString()).err())
                .contains("no pass 'nothing'", "colour", "precision is missing");
        assertThat(refused(ExitCodes.REFUSED, "recipe", "delete", "fp32").err()).contains("comes with Fleetfit");
    }

    @Test
    @Order(2)
    void a_search_finds_a_smaller_form_that_loses_nothing_for_this_machine() throws Exception {
        CliRun searched = cli(
                "model",
                "compress",
                "cls@1",
                "--targets",
                "here,pi4",
                "--validation",
                "lines",
                "--max-drop",
                "2%",
                "--recipes",
                "fp32,fp16-storage,int8-weights,large");

        assertThat(searched.exitCode()).as(searched.err()).isZero();
        assertThat(searched.width()).isLessThanOrEqualTo(80);
        assertThat(searched.out())
                .contains("VARIANT", "LATENCY", "TOP1 (95 %)", "here (", "as this machine", "raspberry-pi-4b (arm)");
        JsonNode comparison = JSON.readTree(run("variant", "compare", "cls@1", "-o", "json"));
        List<String> here = new ArrayList<>();
        comparison.at("/search/fronts/here").forEach(name -> here.add(name.asText()));
        assertThat(here).containsAnyOf("fp16-storage", "int8-weights", "large.1000", "large.4000");
        for (JsonNode variant : comparison.path("variants")) {
            if (here.contains(variant.path("name").asText())) {
                assertThat(variant.path("size").asLong()).isLessThan(Files.size(model));
                assertThat(variant.at("/evaluation/quality/value").asDouble())
                        .isGreaterThanOrEqualTo(
                                variant.at("/evaluation/parentQuality/value").asDouble() - 0.02);
                assertThat(variant.at("/lineage/parent").asText()).hasSize(64);
                assertThat(variant.at("/quality/low").asDouble())
                        .isLessThanOrEqualTo(variant.at("/quality/value").asDouble());
                assertThat(variant.at("/lineage/passes")).isNotEmpty();
                assertThat(variant.at("/targets").toString()).contains("here");
            }
        }
        assertThat(comparison.at("/search/dropped")).isNotEmpty();
        for (JsonNode dropped : comparison.at("/search/dropped")) {
            assertThat(dropped.path("reason").asText()).matches(".*(equals|beaten by|loses|no smaller).*");
        }
    }

    @Test
    @Order(3)
    void the_comparison_is_a_page_too() {
        String page = run("variant", "compare", "cls@1", "-o", "html");

        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .contains("<svg", "fp16-storage", "light-dark(", "raspberry-pi-4b", "</html>")
                .doesNotContain("<script", "http://", "https://", "src=");
        assertThat(refused(ExitCodes.USAGE, "variant", "list", "cls", "-o", "html")
                        .err())
                .contains("no page");
    }

    @Test
    @Order(4)
    void searching_again_finds_the_variants_that_are_there() throws Exception {
        String before = run("variant", "list", "cls@1", "-o", "json");

        String id = run(
                        "model",
                        "compress",
                        "cls@1",
                        "--targets",
                        "here",
                        "--validation",
                        "lines",
                        "--max-drop",
                        "2%",
                        "--recipes",
                        "fp16-storage",
                        "--no-wait")
                .replaceAll("(?s).*job watch (\\S+).*", "$1");
        assertThat(run("job", "watch", id)).contains("The job has succeeded", "fronts");

        assertThat(run("job", "list")).contains("compress", "SUCCEEDED", "import-dataset");
        assertThat(new YAMLMapper()
                        .readTree(run("job", "show", id))
                        .path("kind")
                        .asText())
                .isEqualTo("compress");
        assertThat(JSON.readTree(run("variant", "list", "cls@1", "-o", "json")).path("variants"))
                .hasSizeGreaterThanOrEqualTo(
                        JSON.readTree(before).path("variants").size());
        assertThat(refused(ExitCodes.REFUSED, "job", "cancel", id).err()).contains("has ended already");
        assertThat(refused(ExitCodes.REFUSED, "job", "cancel", "j-none").err()).contains("no job 'j-none'");
    }

    @Test
    @Order(5)
    void a_running_search_is_cancelled() {
        String id = run("model", "compress", "cls@1", "--targets", "here", "--validation", "lines", "--no-wait")
                .replaceAll("(?s).*job watch (\\S+).*", "$1");

        assertThat(run("job", "cancel", id)).contains("Cancelled " + id);

        assertThat(refused(ExitCodes.REFUSED, "job", "watch", id).err()).contains("the job was cancelled");
    }

    @Test
    @Order(6)
    void students_join_with_their_agreement_and_those_of_another_shape_do_not() throws Exception {
        Path family = Files.createDirectories(folder.resolve("family"));
        Files.copy(model, family.resolve("net_w1_d2.onnx"));
        OnnxFile.write(SmallModels.network(), family.resolve("net_w0.5_d1.onnx"));
        Path manifest = Files.writeString(
                family.resolve("family.csv"), "file,name,width,resolution\nnet_w1_d2.onnx,listed,1.0,192\n");

        CliRun imported = cli(
                "variant",
                "import-family",
                "cls@1",
                family.resolve("net_w1_d2.onnx").toString(),
                family.resolve("net_w0.5_d1.onnx").toString(),
                "--tag",
                "family=nas",
                "--data",
                "lines");

        assertThat(imported.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(imported.out())
                .containsPattern("net_w1_d2 +depth=2,family=nas,width=1 +1\\.0000")
                .contains("refused");
        assertThat(imported.err()).contains("net_w0.5_d1.onnx", "[contract]");
        assertThat(run("variant", "import-family", "cls@1", "--manifest", manifest.toString(), "--parent", "fp32"))
                .contains("listed", "resolution=192,width=1.0", "added");
        assertThat(run("variant", "import-family", "cls@1", "--manifest", manifest.toString()))
                .contains("there already");
        assertThat(run("variant", "add", "cls@1", model.toString(), "--name", "again", "--data", "lines"))
                .contains("agreement with the parent 1.0000");
        assertThat(refused(ExitCodes.USAGE, "variant", "import-family", "cls@1").err())
                .contains("--manifest");
    }

    @Test
    @Order(7)
    void soft_targets_hold_a_row_for_each_sample() throws Exception {
        Path file = folder.resolve("soft.npz");

        assertThat(run("model", "distill-set", "cls@1", "--data", "lines", "--out", file.toString()))
                .contains("40 samples");

        try (ZipFile zip = new ZipFile(file.toFile())) {
            NpyHeader shares =
                    NpyHeader.read(zip.getInputStream(zip.getEntry("probabilities.npy")), "probabilities.npy");
            assertThat(shares.shape()).containsExactly(40L, 2L);
            NpyHeader labels = NpyHeader.read(zip.getInputStream(zip.getEntry("labels.npy")), "labels.npy");
            assertThat(labels.shape()).containsExactly(40L);
            assertThat(new String(zip.getInputStream(zip.getEntry("ids.txt")).readAllBytes(), StandardCharsets.UTF_8)
                            .lines())
                    .hasSize(40)
                    .anyMatch(id -> id.contains("upright"));
        }
    }

    @Test
    @Order(8)
    void what_cannot_be_searched_is_refused_at_once_and_says_why() throws Exception {
        assertThat(compress("--targets", "toaster", "--validation", "lines").err())
                .contains("no target 'toaster'", "raspberry-pi-4b");
        assertThat(compress("--targets", "orin", "--validation", "lines").err())
                .contains("'orin' may be several", "jetson-orin-nano");
        assertThat(compress("--targets", "here", "--validation", "lines", "--recipes", "magic")
                        .err())
                .contains("no such recipe: 'magic'", "fp32");
        assertThat(compress("--targets", "here", "--validation", "nothing").err())
                .contains("no data set 'nothing'", "lines");
        assertThat(compress("--targets", "here", "--validation", "lines:test").err())
                .contains("split 'test'");
        assertThat(compress("--targets", "here").err()).contains("quality cannot be judged without samples");
        assertThat(compress("--targets", "here", "--validation", "lines", "--budget", "3s")
                        .err())
                .contains("10 seconds to 2 days");
        assertThat(refused(ExitCodes.USAGE, "model", "compress", "cls@1", "--targets", "here", "--max-drop", "140%")
                        .err())
                .contains("140%");
        assertThat(refused(
                                ExitCodes.REFUSED,
                                "model",
                                "compress",
                                "cls@9",
                                "--targets",
                                "here",
                                "--validation",
                                "lines")
                        .err())
                .contains("cls@9");
        assertThat(refused(ExitCodes.REFUSED, "model", "compress", "none@1", "--targets", "here")
                        .err())
                .contains("none");
    }

    private static CliRun compress(String... options) {
        List<String> arguments = new ArrayList<>(List.of("model", "compress", "cls@1"));
        arguments.addAll(List.of(options));
        return refused(ExitCodes.REFUSED, arguments.toArray(new String[0]));
    }

    @Test
    @Order(9)
    void labels_that_do_not_match_end_the_search_with_their_names() throws Exception {
        Path other = folder.resolve("animals");
        Lines.write(other, 3);
        Files.move(other.resolve("upright"), other.resolve("cat"));
        run("dataset", "import", other.toString(), "--name", "animals");

        assertThat(compress("--targets", "here", "--validation", "animals").err())
                .contains("cat", "[data-set]");
    }
}

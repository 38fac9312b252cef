package io.fleetfit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.protocol.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {
    @TempDir
    private Path home;

    private StubController controller;
    private Path file;
    private byte[] bytes;

    @BeforeEach
    void start() throws Exception {
        bytes = new byte[9_000_000];
        new Random(1).nextBytes(bytes);
        file = Files.write(home.resolve("net.onnx"), bytes);
        controller = new StubController()
                .answer("POST models/net/versions", 202, "{\"job\":\"j1\"}")
                .answer(
                        "GET jobs/j1",
                        "{\"id\":\"j1\",\"state\":\"RUNNING\",\"progress\":0.5,\"message\":\"checking\"}")
                .answer("GET jobs/j1", "{\"id\":\"j1\",\"state\":\"SUCCEEDED\",\"result\":{\"version\":\"2\"}}")
                .answer("GET models/net", "{\"name\":\"net\",\"aliases\":{}}")
                .answer("GET models/net/versions/2/variants", "{\"variants\":[]}");
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void uploads_the_file_and_asks_for_the_version_with_contract_recipes_and_tags() throws Exception {
        // Given
        Path contract = Files.writeString(
                home.resolve("c.yaml"), "task: CLASSIFICATION\nlabels: [\"no\", \"yes\"]\nimage: {width: 192}\n");

        // When
        CliRun run = CliRun.of(
                controller,
                home,
                "model",
                "import",
                file.toString(),
                "--name",
                "net",
                "--version",
                "2",
                "--contract",
                contract.toString(),
                "--recipes",
                "fp32,int8-weights",
                "--tag",
                "a=b",
                "--tag",
                "c=d");

        // Then
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("Imported net@2, blob " + Digest.of(bytes).hex().substring(0, 12));
        assertThat(controller.uploaded()).isEqualTo(bytes);
        JsonNode asked = new ObjectMapper().readTree(controller.bodies.get(1));
        assertThat(asked.toString())
                .isEqualTo(
                        "{\"contract\":{\"task\":\"CLASSIFICATION\",\"labels\":[\"no\",\"yes\"],\"image\":{\"width\":192}},"
                                + "\"version\":\"2\",\"recipes\":[\"fp32\",\"int8-weights\"],\"tags\":{\"a\":\"b\",\"c\":\"d\"},"
                                + "\"blob\":\"" + Digest.of(bytes).hex() + "\"}");
    }

    @Test
    void an_interrupted_upload_of_the_same_file_goes_on_where_it_stopped() {
        // Given
        controller.failUploadAt(4 << 20);
        CliRun first = CliRun.of(controller, home, "model", "import", file.toString(), "--name", "net");
        assertThat(first.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(first.err()).contains("the disk is full; free some");

        // When
        CliRun second = CliRun.of(controller, home, "model", "import", file.toString(), "--name", "net");

        // Then
        assertThat(second.exitCode()).isZero();
        assertThat(controller.uploaded()).isEqualTo(bytes);
        assertThat(controller.requests)
                .filteredOn(it -> it.equals("POST uploads"))
                .hasSize(1);
        assertThat(controller.requests).filteredOn(it -> it.startsWith("PATCH")).hasSize(4);
        assertThat(home.resolve(".cache/fleetfit/uploads")).isEmptyDirectory();
    }

    @Test
    void a_job_that_fails_is_told_in_one_line() {
        // Given
        controller
                .answer("POST models/bad/versions", 202, "{\"job\":\"j2\"}")
                .answer(
                        "GET jobs/j2",
                        "{\"id\":\"j2\",\"state\":\"FAILED\",\"code\":\"not-onnx\",\"message\":\"it begins with <html\\n"
                                + "download it again\"}");

        // When
        CliRun run = CliRun.of(controller, home, "model", "import", file.toString(), "--name", "bad");

        // Then
        assertThat(run.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.err())
                .isEqualToIgnoringNewLines(
                        "fleetfit: the job failed: it begins with <html; download it again [not-onnx]");
    }

    @Test
    void progress_is_drawn_on_a_terminal_alone_and_wiped_afterwards() {
        // When
        CliRun run = CliRun.of(
                CliRun.surroundings(home, true),
                List.of("model", "import", file.toString(), "--name", "net", "--url", controller.url()));

        // Then
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("Uploading", "100 %").endsWith("\r\u001b[K");
        assertThat(run.err().split("\r", -1))
                .allMatch(it -> it.replace("\u001b[K", "").length() < 80);
        assertThat(run.out()).doesNotContain("\r");
    }

    @Test
    void a_contract_that_is_none_is_refused_before_anything_is_sent() throws Exception {
        // Given
        Path contract = Files.writeString(home.resolve("c.yaml"), "- just\n- a list\n");

        // When
        CliRun run = CliRun.of(
                controller,
                home,
                "model",
                "import",
                file.toString(),
                "--name",
                "net",
                "--contract",
                contract.toString());

        // Then
        assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(run.err()).contains("--contract '" + contract + "': holds no object");
        assertThat(controller.requests).isEmpty();
    }
}

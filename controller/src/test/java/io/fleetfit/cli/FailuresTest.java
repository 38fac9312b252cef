package io.fleetfit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense                                      | Unmatched argument at index 0: 'nonsense'",
                "model                                         | a command is missing: one of import, list",
                "model import /no/such/file --name a           | file '/no/such/file': is no file",
                "model tag classifier a=b                      | MODEL@VERSION 'classifier': the version is missing",
                "model tag classifier@ a=b                     | MODEL@VERSION 'classifier@': write MODEL or",
                "model alias classifier production             | VERSION '': give either a version or --delete",
                "device label d1 =x                            | label '=x': write KEY=VALUE to set",
                "device token --expires soon                   | 'soon' is no time; write for example 30s",
                "deployment create a --model m@1 --max-memory 3q     | '3q' is no size; write for example",
                "deployment create a --model m@1 --min-quality 97    | --min-quality '97.0': must lie between 0 and 1",
                "deployment create a --model m@1 --max-p95 -1        | --max-p95 '-1.0': must be above 0",
                "deployment create a --model m@1 --objective speed   | Invalid value for option '--objective'",
                "fit explain d1                                | MODEL '': give either a model or --deployment",
                "fit preview                                   | --model '': give either a model or --deployment",
                "rollout status --watch                        | --watch 'true': name the rollout",
                "profile validate /no/such/file                | FILE '/no/such/file': cannot be read",
                "model list -o xml                             | Invalid value for option '--output'",
            })
    void bad_input_is_one_line_that_names_field_value_and_remedy_and_nothing_is_changed(
            String arguments, String message) {
        // Given
        controller.answer("GET devices/d1", "{\"device\":{\"labels\":{}}}");

        // When
        CliRun run = CliRun.of(controller, home, arguments.trim().split("\\s+", -1));

        // Then
        assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(run.err()).startsWith("fleetfit: ").contains(message);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.out()).isEmpty();
        assertThat(controller.requests).allMatch(it -> it.startsWith("GET "));
    }

    @Test
    void a_problem_of_the_controller_becomes_one_line_with_its_remedy() {
        // Given
        controller.answer(
                "POST deployments",
                409,
                Map.of(
                        "title", "Conflict",
                        "detail", "there is a deployment already",
                        "field", "name",
                        "value", "shop",
                        "remedy", "choose another name"));

        // When
        CliRun run = CliRun.of(controller, home, "deployment", "create", "shop", "--model", "m@1");

        // Then
        assertThat(run.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.err())
                .isEqualToIgnoringNewLines(
                        "fleetfit: there is a deployment already [name 'shop']; choose another name");
    }

    @Test
    void something_that_is_no_controller_is_said_to_be_none() {
        // Given
        controller.answer("GET models", 502, "<html>Bad gateway</html>");

        // When
        CliRun run = CliRun.of(controller, home, "model", "list");

        // Then
        assertThat(run.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(run.err()).contains("status 502, not by a Fleetfit controller");
    }

    @Test
    void an_absent_controller_has_an_exit_code_of_its_own() {
        // Given
        String url = controller.url();
        controller.close();

        // When
        CliRun run = CliRun.of(CliRun.surroundings(home, false), List.of("device", "list", "--url", url));

        // Then
        assertThat(run.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
        assertThat(run.err()).contains(url, "is it running?").satisfies(it -> assertThat(it.lines())
                .hasSize(1));
    }

    @Test
    void a_token_file_that_others_may_read_is_refused() throws Exception {
        // Given
        Path file = tokenFile("rw-r--r--");

        // When
        CliRun run = CliRun.of(controller, home, "model", "list");

        // Then
        assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(run.err()).contains("token file '" + file + "'", "chmod 600");
        assertThat(controller.requests).isEmpty();
    }

    @Test
    void the_token_comes_from_the_option_then_the_environment_then_the_file() throws Exception {
        // Given
        tokenFile("rw-------");
        controller.answer("GET models", "{\"models\":[]}");
        Surroundings plain = CliRun.surroundings(home, false);
        Surroundings withVariable = new Surroundings(
                Map.of("FLEETFIT_TOKEN", "fft_env", "FLEETFIT_URL", controller.url()), home, false, plain.clock());

        // When
        CliRun.of(withVariable, List.of("model", "list", "--token", "fft_option"));
        CliRun.of(withVariable, List.of("model", "list"));
        CliRun.of(controller, home, "model", "list");

        // Then
        assertThat(controller.tokens).containsExactly("Bearer fft_option", "Bearer fft_env", "Bearer fft_file");
    }

    private Path tokenFile(String mode) throws Exception {
        Path file = home.resolve(".config/fleetfit/token");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "fft_file\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}

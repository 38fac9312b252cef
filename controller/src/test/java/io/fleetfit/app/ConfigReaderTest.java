package io.fleetfit.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
    @TempDir
    private Path folder;

    @Test
    void flags_win_over_the_environment_and_that_over_the_file() throws Exception {
        Path file = Files.writeString(
                folder.resolve("c.yaml"), "http:\n  port: 1\nmqtt:\n  port: 2\nrollout:\n  probation-seconds: 3\n");

        Config config = ConfigReader.read(
                file, Map.of("FLEETFIT_HTTP_PORT", "11", "FLEETFIT_MQTT_PORT", "12"), Map.of(Setting.HTTP_PORT, "111"));

        assertThat(config.http().port()).isEqualTo(111);
        assertThat(config.mqtt().listener().port()).isEqualTo(12);
        assertThat(config.limits().probation()).hasSeconds(3);
        assertThat(config.http().host()).isEqualTo("127.0.0.1");
    }

    @Test
    void names_every_problem_at_once() throws Exception {
        Path file = Files.writeString(folder.resolve("c.yaml"), "htpp:\n  port: 1\nmqtt:\n  port: 99999\n");

        assertThatThrownBy(() -> ConfigReader.read(
                        file,
                        Map.of("FLEETFIT_HTTP_PROT", "1"),
                        Map.of(Setting.JOBS, "many", Setting.HTTP_HOST, "0.0.0.0")))
                .isInstanceOfSatisfying(ConfigProblems.class, problems -> assertThat(problems.problems())
                        .anyMatch(line -> line.contains("'htpp.port'") && line.contains("'http.port'"))
                        .anyMatch(line -> line.contains("mqtt.port = 99999"))
                        .anyMatch(line -> line.contains("FLEETFIT_HTTP_PROT") && line.contains("FLEETFIT_HTTP_PORT"))
                        .anyMatch(line -> line.contains("jobs.parallel = many"))
                        .anyMatch(line -> line.contains("http.host = 0.0.0.0") && line.contains("TLS"))
                        .hasSize(5));
    }

    @Test
    void another_address_without_tls_must_be_allowed() throws Exception {
        Config config =
                ConfigReader.read(null, Map.of(), Map.of(Setting.HTTP_HOST, "0.0.0.0", Setting.ALLOW_PLAIN, "true"));

        assertThat(config.http().host()).isEqualTo("0.0.0.0");
    }
}

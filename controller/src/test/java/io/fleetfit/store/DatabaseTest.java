package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.TelemetryBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    @TempDir
    Path directory;

    @Test
    void keepsWhatItHasWhenItOpensAgain() {
        DatabaseSettings settings = DatabaseSettings.inDirectory(directory);
        try (Database database = Database.open(settings)) {
            database.registryStore().insertModel(Samples.model("textdir"));
            assertThat(database.isHealthy()).isTrue();
        }

        try (Database database = Database.open(settings)) {
            assertThat(database.registryStore().models()).containsExactly(Samples.model("textdir"));
        }
    }

    @Test
    void losesNothingThatWasStoredWhenTheProcessIsKilled() throws Exception {
        long acknowledged = killedAfter(directory, 60);

        try (Database database = Database.open(DatabaseSettings.inDirectory(directory))) {
            List<Long> stored = database.telemetryStore().newest("pi-1", Integer.MAX_VALUE).stream()
                    .map(TelemetryBatch::sequence)
                    .toList();
            assertThat(stored)
                    .containsAll(LongStream.rangeClosed(1, acknowledged).boxed().toList());
        }
    }

    private static long killedAfter(Path data, long batches) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingWriter.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long newest = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.matches("[0-9]+")) {
                    newest = Long.parseLong(line);
                    if (newest == batches) {
                        writer.toHandle().destroyForcibly();
                    }
                }
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        assertThat(newest).isGreaterThanOrEqualTo(batches);
        return newest;
    }

    @Test
    void saysWhatIsWrongWithTheUrl() throws IOException {
        assertThatThrownBy(() -> new DatabaseSettings("jdbc:mysql://x", null, null, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jdbc:mysql://x")
                .hasMessageContaining("jdbc:postgresql");
        Path file = Files.createFile(directory.resolve("not-a-directory"));
        assertThatThrownBy(() -> Database.open(DatabaseSettings.inDirectory(file)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not-a-directory");
    }

    @Test
    void hidesThePassword() {
        assertThat(new DatabaseSettings("jdbc:postgresql://db/fleetfit", "ff", "hunter2", 4).toString())
                .doesNotContain("hunter2");
    }
}

package io.fleetfit.agent.qualify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.agent.isolate.ClassArchive;
import io.fleetfit.agent.isolate.Launcher;
import io.fleetfit.agent.runtime.TrialOrder;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Qualification;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {
    @TempDir
    Path folder;

    private Qualification qualify(Launcher launcher) throws Exception {
        Path model = Files.write(folder.resolve("model.onnx"), TrialModels.product(false));
        try (ChildQualifier qualifier =
                new ChildQualifier(launcher, new BoardMemory(Path.of("/")), Duration.ofSeconds(30))) {
            return qualifier.qualify(new TrialOrder(
                    model,
                    "digits@1/fp32",
                    ExecutionSettings.cpu(),
                    Budget.none(),
                    TrialModels.inputs(),
                    TrialModels.outputs(),
                    List.of(),
                    null));
        }
    }

    @Test
    void isMadeOnceAndChildrenStartWithItAndAlsoWithADamagedOne() throws Exception {
        ClassArchive archive = new ClassArchive(folder.resolve("classes"));
        Launcher launcher = new Launcher(folder.resolve("children"), archive);

        archive.make(launcher, QualifyMain.class.getName());

        Path file;
        try (Stream<Path> files = Files.list(folder.resolve("classes"))) {
            file = files.filter(entry -> entry.toString().endsWith(".jsa"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(file).isNotEmptyFile();
        assertThat(qualify(launcher).outcome()).isEqualTo(Qualification.Outcome.PASSED);

        Files.delete(file);
        Files.write(file, "no archive".getBytes(StandardCharsets.UTF_8));
        assertThat(qualify(launcher).outcome()).isEqualTo(Qualification.Outcome.PASSED);
    }
}

package io.fleetfit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class HelpTest {
    @TempDir
    private Path home;

    @Test
    void every_command_explains_itself_with_examples_within_80_columns() {
        // Given
        List<List<String>> commands = new ArrayList<>();
        gather(FleetfitCommand.commandLine(CliRun.surroundings(home, false)), List.of(), commands);
        assertThat(commands).hasSizeGreaterThan(30);

        for (List<String> command : commands) {
            // When
            List<String> arguments = new ArrayList<>(command);
            arguments.add("--help");
            CliRun run = CliRun.of(CliRun.surroundings(home, false), arguments);

            // Then
            assertThat(run.exitCode()).as("%s", command).isZero();
            assertThat(run.out())
                    .as("%s", command)
                    .contains("Examples:")
                    .contains("fleetfit " + String.join(" ", command));
            assertThat(run.width()).as("%s", command).isLessThanOrEqualTo(80);
        }
    }

    @Test
    void the_root_documents_the_exit_codes() {
        // When
        CliRun run = CliRun.of(CliRun.surroundings(home, false), List.of("--help"));

        // Then
        assertThat(run.out())
                .contains("0  done", "1  refused", "2  bad usage", "3  controller unreachable", "4  fit", "5  rollout");
    }

    @Test
    void completion_knows_commands_and_options() {
        // When
        CliRun run = CliRun.of(CliRun.surroundings(home, false), List.of("completion"));

        // Then
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("complete -F", "deployment", "--max-metered-download");
    }

    private static void gather(CommandLine command, List<String> path, List<List<String>> commands) {
        commands.add(path);
        command.getSubcommands().forEach((name, sub) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            gather(sub, longer, commands);
        });
    }
}

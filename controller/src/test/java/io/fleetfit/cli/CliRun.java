package io.fleetfit.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * One run of the command.
 *
 * @param exitCode of the command
 * @param out standard output
 * @param err standard error
 */
record CliRun(int exitCode, String out, String err) {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    static CliRun of(Surroundings surroundings, List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = FleetfitCommand.commandLine(surroundings)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .execute(arguments.toArray(String[]::new));
        return new CliRun(exitCode, out.toString(), err.toString());
    }

    /** A run that finds the controller by its environment. */
    static CliRun of(StubController controller, Path home, String... arguments) {
        Surroundings plain = surroundings(home, false);
        return of(
                new Surroundings(Map.of("FLEETFIT_URL", controller.url()), home, plain.terminal(), plain.clock()),
                List.of(arguments));
    }

    static Surroundings surroundings(Path home, boolean terminal) {
        return new Surroundings(Map.of(), home, terminal, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    /** Length of the longest line of the output. */
    int width() {
        return out.lines().mapToInt(String::length).max().orElse(0);
    }
}

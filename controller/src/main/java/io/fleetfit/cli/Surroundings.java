package io.fleetfit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * What the command line takes from the process around it.
 *
 * @param environment environment variables
 * @param home home folder of the user
 * @param terminal whether the standard error is a terminal, so that progress may be drawn
 * @param clock for ages
 */
public record Surroundings(Map<String, String> environment, Path home, boolean terminal, Clock clock) {
    /** Width that tables keep to. */
    static final int COLUMNS = 80;

    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Those of this process. */
    public static Surroundings ofProcess() {
        return new Surroundings(
                System.getenv(), Path.of(System.getProperty("user.home", ".")), isTerminal(), Clock.systemUTC());
    }

    /** Java does not tell this of the standard error; Linux does. Elsewhere no progress is drawn. */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}

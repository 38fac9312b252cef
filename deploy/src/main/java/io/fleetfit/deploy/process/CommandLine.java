package io.fleetfit.deploy.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A user at a terminal: runs {@code fleetfit} commands against a controller. */
public final class CommandLine {
    private final Distributions distributions;
    private final URI url;
    private final String token;

    /** Commands for the controller at {@code url}. */
    public CommandLine(Distributions distributions, URI url, String token) {
        this.distributions = distributions;
        this.url = url;
        this.token = token;
    }

    /**
     * Runs a command to its end.
     *
     * @return what it printed
     * @throws IllegalStateException with what it printed, if it failed
     */
    public String run(String... arguments) {
        List<String> command = new ArrayList<>(List.of(distributions.fleetfit().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(key -> key.startsWith("FLEETFIT_"));
        builder.environment().put("FLEETFIT_URL", url.toString());
        builder.environment().put("FLEETFIT_TOKEN", token);
        builder.environment().put("FLEETFIT_JAVA_OPTS", "-Xmx128m -XX:TieredStopAtLevel=1");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(
                        "fleetfit " + String.join(" ", arguments) + " ended with status " + status + ":\n" + printed);
            }
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}

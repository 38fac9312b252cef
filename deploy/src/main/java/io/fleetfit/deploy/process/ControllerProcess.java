package io.fleetfit.deploy.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A controller in a process of its own, on free ports of loopback. */
public final class ControllerProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String TOKEN_LINE = "admin token: ";

    private final LocalProcess process;
    private final int httpPort;
    private final int mqttPort;
    private final String token;

    private ControllerProcess(LocalProcess process, int httpPort, int mqttPort, String token) {
        this.process = process;
        this.httpPort = httpPort;
        this.mqttPort = mqttPort;
        this.token = token;
    }

    /** Starts one in this folder and waits until it serves; {@code flags} are more flags of {@code fleetfit up}. */
    public static ControllerProcess start(Distributions distributions, Path folder, List<String> flags) {
        return start(distributions, folder, List.of("--http.port", "0", "--mqtt.port", "0"), flags);
    }

    /** Starts one again in the folder of this one, on the same ports. */
    public ControllerProcess restart(Distributions distributions, Path folder, List<String> flags) {
        return start(
                distributions,
                folder,
                List.of("--http.port", Integer.toString(httpPort), "--mqtt.port", Integer.toString(mqttPort)),
                flags);
    }

    private static ControllerProcess start(
            Distributions distributions, Path folder, List<String> ports, List<String> flags) {
        try {
            Files.createDirectories(folder);
            List<String> command = new ArrayList<>(
                    List.of(distributions.fleetfit().toString(), "up", "--data-dir", folder.toString()));
            command.addAll(ports);
            command.addAll(flags);
            LocalProcess process =
                    LocalProcess.start("controller", command, Map.of(), folder.resolve("controller.log"));
            JsonNode run = process.awaitRunFile(folder.resolve("run/controller.json"), PATIENCE);
            return new ControllerProcess(
                    process,
                    run.required("httpPort").asInt(),
                    run.required("mqttPort").asInt(),
                    process.await("its first token", PATIENCE, () -> token(process)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In the log since the first start. */
    private static Optional<String> token(LocalProcess process) {
        return process.log()
                .lines()
                .filter(line -> line.startsWith(TOKEN_LINE))
                .map(line -> line.substring(TOKEN_LINE.length()).trim())
                .findFirst();
    }

    /** The process. */
    public LocalProcess process() {
        return process;
    }

    /** The URL of the API. */
    public String url() {
        return "http://127.0.0.1:" + httpPort;
    }

    /** The port of the broker. */
    public int mqttPort() {
        return mqttPort;
    }

    /** The first admin token. */
    public String adminToken() {
        return token;
    }

    /** An admin of the API. */
    public ControllerClient client() {
        return new ControllerClient(URI.create(url()), token);
    }

    @Override
    public void close() {
        process.close();
    }
}

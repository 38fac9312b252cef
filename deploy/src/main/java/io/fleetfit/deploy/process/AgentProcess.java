package io.fleetfit.deploy.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An agent in a process of its own. */
public final class AgentProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final LocalProcess process;
    private final int apiPort;

    private AgentProcess(String name, LocalProcess process, int apiPort) {
        this.name = name;
        this.process = process;
        this.apiPort = apiPort;
    }

    /**
     * Starts one and waits until its local API listens.
     *
     * @param folder of its data and its log
     * @param configuration the lines of its {@code agent.yaml}, without {@code data-dir} and {@code api}
     */
    public static AgentProcess start(Distributions distributions, String name, Path folder, String configuration) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve("agent.yaml");
            Files.writeString(file, configuration + "data-dir: " + folder.resolve("data") + "\napi:\n  port: 0\n");
            LocalProcess process = LocalProcess.start(
                    name,
                    List.of(distributions.agent().toString(), "--config", file.toString()),
                    Map.of(),
                    folder.resolve("agent.log"));
            JsonNode run = process.awaitRunFile(folder.resolve("data/run/agent.json"), PATIENCE);
            return new AgentProcess(name, process, run.required("apiPort").asInt());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Name given at the start. */
    public String name() {
        return name;
    }

    /** The process. */
    public LocalProcess process() {
        return process;
    }

    /** A program on the device. */
    public AgentClient client() {
        return new AgentClient(apiPort);
    }

    @Override
    public void close() {
        process.close();
    }
}

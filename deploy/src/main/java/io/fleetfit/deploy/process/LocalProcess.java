package io.fleetfit.deploy.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A process of this machine with its log in a file. Ended by its id, never by name. */
public final class LocalProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration POLL = Duration.ofMillis(50);

    private final String name;
    private final Process process;
    private final Path log;

    private LocalProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /** Starts a command; what it prints is appended to {@code log}. */
    public static LocalProcess start(String name, List<String> command, Map<String, String> environment, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(key -> key.startsWith("FLEETFIT_"));
        builder.environment().putAll(environment);
        try {
            return new LocalProcess(name, builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The log so far. */
    public String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JSON file in which the process says that it is up, once it holds this process's id. */
    public JsonNode awaitRunFile(Path file, Duration timeout) {
        return await("its file " + file.getFileName(), timeout, () -> runFile(file));
    }

    private Optional<JsonNode> runFile(Path file) {
        try {
            return Files.exists(file)
                    ? Optional.of(JSON.readTree(Files.readAllBytes(file)))
                            .filter(node -> node.path("pid").asLong() == pid())
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Polls until there is a value; fails with the end of the log when the process ends or time is up. */
    public <T> T await(String what, Duration timeout, Supplier<Optional<T>> look) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            Optional<T> found = look.get();
            if (found.isPresent()) {
                return found.get();
            }
            if (!isAlive()) {
                throw new IllegalStateException(name + " ended before " + what + " was there; its log:\n" + tail());
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        name + ": " + what + " was not there after " + timeout.toSeconds() + " s; its log:\n" + tail());
            }
            pause();
        }
    }

    private void pause() {
        try {
            // Waiting for the process itself notices its end at once.
            process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + name, e);
        }
    }

    private String tail() {
        List<String> lines = log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    /** Ends it at once, as {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        ended(Duration.ofSeconds(10));
    }

    /** Asks it to end, and ends it by force after ten seconds. */
    public void stop() {
        process.destroy();
        if (!ended(Duration.ofSeconds(10))) {
            kill();
        }
    }

    /** Waits for its end; whether it has ended. */
    public boolean ended(Duration timeout) {
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            return false;
        }
    }

    /** The exit status of an ended process. */
    public int exitStatus() {
        return process.exitValue();
    }

    @Override
    public void close() {
        stop();
    }
}

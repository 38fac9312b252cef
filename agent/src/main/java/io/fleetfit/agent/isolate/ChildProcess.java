package io.fleetfit.agent.isolate;

import io.fleetfit.agent.telemetry.Memory;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A child that takes orders on its standard input and answers on its standard output. A thread of its own watches its
 * memory and its time and kills it beyond them; the child itself ends when its input ends, so that it never outlives the
 * agent. Used by one thread.
 */
public final class ChildProcess implements AutoCloseable {
    private static final long POLL_MILLIS = 15;
    private static final long NO_LIMIT_NANOS = TimeUnit.HOURS.toNanos(1);

    private final Process process;
    private final Path work;
    private final DataOutputStream orders;
    private final DataInputStream answers;
    private volatile ChildLimits limits = ChildLimits.none(System.nanoTime() + NO_LIMIT_NANOS);
    private volatile @Nullable Breach breach;
    private volatile long peakBytes;

    /** Why a child was killed. */
    public enum Breach {
        MEMORY,
        TIME
    }

    ChildProcess(Process process, Path work) {
        this.process = process;
        this.work = work;
        this.orders = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        this.answers = new DataInputStream(process.getInputStream());
        Thread watcher = new Thread(this::watch, "fleetfit-child-watch");
        watcher.setDaemon(true);
        watcher.start();
    }

    private void watch() {
        try {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                ChildLimits now = limits;
                long resident = Memory.residentBytes(process.pid());
                peakBytes = Math.max(peakBytes, resident);
                Breach seen = resident > now.residentBytes()
                        ? Breach.MEMORY
                        : System.nanoTime() - now.endNanos() > 0 ? Breach.TIME : null;
                if (seen != null) {
                    breach = seen;
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }

    /** Bounds what it may take from now on. */
    public void limit(long residentBytes, Duration time) {
        limits = new ChildLimits(residentBytes, System.nanoTime() + time.toNanos());
    }

    /** Where orders go; flush them. */
    public DataOutputStream orders() {
        return orders;
    }

    /** Where answers come from; it ends when the child does. */
    public DataInputStream answers() {
        return answers;
    }

    /** Why it was killed; null if it was not. */
    public @Nullable Breach breach() {
        return breach;
    }

    /** Most resident memory that the watch saw, in bytes. */
    public long peakBytes() {
        return peakBytes;
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits a moment for its end; the exit status, or -1 if it does not end. */
    public int exitStatus() {
        try {
            return process.waitFor(5, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** Why it died, for people: the signal that its Java machine caught, or the last line of its log. */
    public String lastWords() {
        for (String line : lines(Launcher.CRASH_LOG)) {
            if (line.startsWith("#  SIG") || line.startsWith("#  Internal Error")) {
                return line.substring(1).strip();
            }
        }
        List<String> log = lines(Launcher.LOG);
        return log.isEmpty() ? "it said nothing" : log.get(log.size() - 1).strip();
    }

    private List<String> lines(String file) {
        try {
            return Files.exists(work.resolve(file)) ? Files.readAllLines(work.resolve(file)) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Ends it and removes what it left behind. */
    @Override
    public void close() {
        process.destroyForcibly();
        int unused = exitStatus();
        try (Stream<Path> files = Files.walk(work)) {
            files.sorted(Comparator.reverseOrder()).forEach(ChildProcess::delete);
        } catch (IOException | UncheckedIOException e) {
            // what is left is removed with the folder at the next start of the agent
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

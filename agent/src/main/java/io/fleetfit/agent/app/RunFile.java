package io.fleetfit.agent.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.agent.artifact.DurableFiles;
import io.fleetfit.protocol.JsonCodec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** {@code run/} in the data folder: a lock against a second agent, and for others who runs here and where to ask. */
final class RunFile implements AutoCloseable {
    private final Path file;
    private final FileChannel lock;

    private RunFile(Path file, FileChannel lock) {
        this.file = file;
        this.lock = lock;
    }

    /**
     * Takes the data folder.
     *
     * @throws IOException it cannot be written, or another agent holds it
     */
    static RunFile take(Path dataDir) throws IOException {
        Path run = Files.createDirectories(dataDir.resolve("run"));
        FileChannel channel =
                FileChannel.open(run.resolve("agent.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!lock(channel)) {
            channel.close();
            throw new IOException("another agent uses " + dataDir + "; stop it or give this one a data-dir of its own");
        }
        return new RunFile(run.resolve("agent.json"), channel);
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Says who runs; the device id is null before the enrolment. */
    void write(@Nullable String deviceId, int apiPort) throws IOException {
        ObjectNode node = JsonCodec.mapper().createObjectNode();
        node.put("pid", ProcessHandle.current().pid());
        node.put("deviceId", deviceId);
        node.put("apiPort", apiPort);
        DurableFiles.write(file, JsonCodec.mapper().writeValueAsBytes(node));
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
        lock.close();
    }
}

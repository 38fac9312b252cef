package io.fleetfit.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holds the data folder for one controller at a time, and says where this one listens. */
final class RunFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private RunFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the folder; throws if another controller has it. */
    static RunFile take(Path dataDir) throws IOException {
        Path folder = Files.createDirectories(dataDir.resolve("run"));
        FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock(channel) == null) {
            channel.close();
            throw new IOException("another controller uses the data folder " + dataDir
                    + "; stop it, or give this one a folder of its own with --data-dir");
        }
        return new RunFile(folder.resolve("controller.json"), channel);
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Says where this process listens. */
    void write(int httpPort, int mqttPort) throws IOException {
        Path draft = Files.createTempFile(file.getParent(), "controller", ".tmp");
        Files.write(
                draft,
                new ObjectMapper()
                        .writeValueAsBytes(Map.of(
                                "pid", ProcessHandle.current().pid(),
                                "httpPort", httpPort,
                                "mqttPort", mqttPort)));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
        channel.close();
    }
}

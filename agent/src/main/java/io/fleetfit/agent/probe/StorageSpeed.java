package io.fleetfit.agent.probe;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * How fast the disk of a folder is, past the memory that the kernel keeps of files: what is written is synced, what is read
 * comes by direct access (open(2), O_DIRECT). Moves few bytes, since flash wears.
 */
final class StorageSpeed {
    private static final int BYTES = 8 << 20;
    private static final int STEP = 1 << 20;
    private static final int ALIGNMENT = 4096;
    private static final int SPARE = 8;

    private final Path folder;

    StorageSpeed(Path folder) {
        this.folder = folder;
    }

    /** Bytes a second; empty where the file system has too little room or no direct access. */
    record Speeds(OptionalDouble read, OptionalDouble write) {}

    /** Measures once and leaves nothing behind. */
    Speeds measure() throws IOException {
        Files.createDirectories(folder);
        if (Files.getFileStore(folder).getUsableSpace() < (long) SPARE * BYTES) {
            return new Speeds(OptionalDouble.empty(), OptionalDouble.empty());
        }
        Path file = folder.resolve("speed.tmp");
        ByteBuffer buffer = ByteBuffer.allocateDirect(STEP + ALIGNMENT).alignedSlice(ALIGNMENT);
        try {
            OptionalDouble written = write(file, buffer);
            OptionalDouble reread = read(file, buffer);
            return new Speeds(reread, written);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static OptionalDouble write(Path file, ByteBuffer buffer) throws IOException {
        byte[] noise = new byte[STEP];
        new Random(1).nextBytes(noise);
        long begin = System.nanoTime();
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int done = 0; done < BYTES; done += STEP) {
                buffer.clear().limit(STEP);
                buffer.put(noise).flip();
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
            }
            out.force(true);
        }
        return speed(BYTES, begin);
    }

    private static OptionalDouble read(Path file, ByteBuffer buffer) {
        long begin = System.nanoTime();
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ, ExtendedOpenOption.DIRECT)) {
            long bytes = 0;
            int count;
            do {
                buffer.clear().limit(STEP);
                count = in.read(buffer);
                bytes += Math.max(0, count);
            } while (count > 0);
            return speed(bytes, begin);
        } catch (IOException | UnsupportedOperationException | LinkageError e) {
            return OptionalDouble.empty();
        }
    }

    private static OptionalDouble speed(long bytes, long begin) {
        return OptionalDouble.of(bytes / ((System.nanoTime() - begin) / 1e9));
    }
}

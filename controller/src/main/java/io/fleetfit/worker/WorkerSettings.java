package io.fleetfit.worker;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Limits of the child processes.
 *
 * @param maxMemoryBytes most resident memory of a child
 * @param timeout most time of a child without progress: work on many samples shows that it goes on
 * @param folder for files in between
 */
public record WorkerSettings(long maxMemoryBytes, Duration timeout, Path folder) {
    private static final long GIB = 1L << 30;

    /** Half of the machine's memory, at most 8 GiB, and five minutes. */
    public static WorkerSettings standard(Path folder, long physicalMemoryBytes) {
        return new WorkerSettings(Math.min(8 * GIB, physicalMemoryBytes / 2), Duration.ofMinutes(5), folder);
    }
}

package io.fleetfit.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Resident memory of processes, from Linux's {@code /proc}; 0 where there is none. */
final class ProcessMemory {
    private ProcessMemory() {}

    /** Most resident memory that this process ever had, in bytes. */
    static long peak() {
        return read(Path.of("/proc/self/status"), "VmHWM:");
    }

    /** Resident memory of a process now, in bytes. */
    static long resident(long pid) {
        return read(Path.of("/proc/" + pid + "/status"), "VmRSS:");
    }

    private static long read(Path status, String field) {
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith(field))
                    .map(line -> line.replaceAll("[^0-9]", ""))
                    .mapToLong(kib -> Long.parseLong(kib) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            // The process has just ended, or this is no Linux.
            return 0;
        }
    }
}

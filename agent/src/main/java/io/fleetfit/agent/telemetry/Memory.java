package io.fleetfit.agent.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process as Linux tells it. */
public final class Memory {
    private static final Path STATM = Path.of("/proc/self/statm");
    private static final long PAGE_BYTES = 4096;

    private Memory() {}

    /** Resident memory in bytes; 0 where the system does not tell. */
    public static long residentBytes() {
        try {
            String[] fields = Files.readString(STATM).split(" ", 3);
            return Long.parseLong(fields[1]) * PAGE_BYTES;
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return 0;
        }
    }
}

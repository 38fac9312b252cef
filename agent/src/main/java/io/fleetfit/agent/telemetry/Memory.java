package io.fleetfit.agent.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of processes as Linux tells it, in bytes; 0 where the system does not tell or the process is gone. */
public final class Memory {
    private static final Path SELF = Path.of("/proc/self");
    private static final String RESET_PEAK = "5";

    private Memory() {}

    /** Resident memory of this process. */
    public static long residentBytes() {
        return field(SELF, "VmRSS:");
    }

    /** Resident memory of another process. */
    public static long residentBytes(long pid) {
        return field(Path.of("/proc", Long.toString(pid)), "VmRSS:");
    }

    /** Most resident memory that this process had since {@link #resetPeak}. */
    public static long peakBytes() {
        return field(SELF, "VmHWM:");
    }

    /** Lets the peak begin anew (proc(5), clear_refs); where that is not allowed it stays that of the whole life. */
    public static void resetPeak() {
        try {
            Files.writeString(SELF.resolve("clear_refs"), RESET_PEAK);
        } catch (IOException e) {
            // the peak of the whole life is an upper bound
        }
    }

    private static long field(Path process, String name) {
        try {
            for (String line : Files.readAllLines(process.resolve("status"))) {
                if (line.startsWith(name)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
        return 0;
    }
}

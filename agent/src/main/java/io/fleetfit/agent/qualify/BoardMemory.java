package io.fleetfit.agent.qualify;

import io.fleetfit.agent.telemetry.ControlGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much memory the board, or the control group of the agent if that has less, can give to a trial. */
public final class BoardMemory {
    /** What is left for everything else. */
    private static final long RESERVE_BYTES = 16L << 20;

    private static final long UNKNOWN = 64L << 20;

    private final Path root;

    /** @param root of the file system, {@code /} but in tests */
    public BoardMemory(Path root) {
        this.root = root;
    }

    /** Bytes that a trial may take; 0 or more. */
    public long availableBytes() {
        long left = Math.min(meminfo(), new ControlGroup(root).memoryLeft().orElse(Long.MAX_VALUE));
        return Math.max(0, left - RESERVE_BYTES);
    }

    private long meminfo() {
        return lines("proc/meminfo").stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(UNKNOWN);
    }

    private List<String> lines(String file) {
        Path path = root.resolve(file);
        try {
            return Files.isReadable(path) ? Files.readAllLines(path) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}

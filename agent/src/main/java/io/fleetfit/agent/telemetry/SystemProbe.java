package io.fleetfit.agent.telemetry;

import io.fleetfit.protocol.TelemetryBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the state of the board from Linux's file systems; what a board does not tell stays absent. Not thread-safe. */
public final class SystemProbe {
    /** Under-voltage, frequency cap or throttling of a Raspberry Pi, now; bits 0 to 3 of its firmware's word. */
    private static final int PI_THROTTLED_NOW = 0xf;

    private final Path root;
    private final Path data;
    private long lastCpuNanos;
    private long lastNanos;

    /**
     * A probe.
     *
     * @param root of the file system, {@code /} but in tests
     * @param data folder whose file system's free space counts
     */
    public SystemProbe(Path root, Path data) {
        this.root = root;
        this.data = data;
        this.lastNanos = System.nanoTime();
        this.lastCpuNanos = cpuNanos();
    }

    /** The state now; CPU time is that since the last call. */
    public TelemetryBatch.SystemFigures read() {
        long nanos = System.nanoTime();
        long cpu = cpuNanos();
        double percent = nanos > lastNanos ? Math.max(0, 100.0 * (cpu - lastCpuNanos) / (nanos - lastNanos)) : 0;
        lastNanos = nanos;
        lastCpuNanos = cpu;
        return new TelemetryBatch.SystemFigures(
                Memory.residentBytes(), percent, availableMemory(), freeStorage(), temperature(), throttled());
    }

    private static long cpuNanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(java.time.Duration::toNanos)
                .orElse(0L);
    }

    private long availableMemory() {
        for (String line : lines("proc/meminfo")) {
            if (line.startsWith("MemAvailable:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }

    private long freeStorage() {
        try {
            return Files.getFileStore(data).getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    /** The hottest thermal zone; the kernel gives thousandths of a degree. */
    private @Nullable Double temperature() {
        Path zones = root.resolve("sys/class/thermal");
        if (!Files.isDirectory(zones)) {
            return null;
        }
        try (Stream<Path> list = Files.list(zones)) {
            OptionalDouble hottest = list.filter(
                            zone -> zone.getFileName().toString().startsWith("thermal_zone"))
                    .map(zone -> text(zone.resolve("temp")))
                    .filter(text -> text.matches("-?\\d+"))
                    .mapToDouble(text -> Long.parseLong(text) / 1000.0)
                    .max();
            return hottest.isPresent() ? hottest.getAsDouble() : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** A Raspberry Pi tells by its firmware; other boards do not tell. */
    private @Nullable Boolean throttled() {
        String word = text(root.resolve("sys/devices/platform/soc/soc:firmware/get_throttled"));
        return word.matches("[0-9a-fA-F]{1,8}") ? (Long.parseLong(word, 16) & PI_THROTTLED_NOW) != 0 : null;
    }

    private List<String> lines(String path) {
        return text(root.resolve(path)).lines().toList();
    }

    private static String text(Path file) {
        try {
            return Files.isReadable(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            return "";
        }
    }
}

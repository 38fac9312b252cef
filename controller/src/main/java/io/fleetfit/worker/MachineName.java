package io.fleetfit.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Name of the CPU: x86 tells it, ARM tells implementer and part; elsewhere the architecture must do. */
final class MachineName {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    private MachineName() {}

    static String read() {
        try {
            return of(Files.readAllLines(CPUINFO));
        } catch (IOException e) {
            // No Linux.
            return System.getProperty("os.arch", "unknown");
        }
    }

    static String of(List<String> cpuinfo) {
        String model = value(cpuinfo, "model name");
        if (!model.isEmpty()) {
            return model;
        }
        String part = value(cpuinfo, "CPU part");
        return part.isEmpty()
                ? System.getProperty("os.arch", "unknown")
                : "ARM implementer " + value(cpuinfo, "CPU implementer") + " part " + part;
    }

    private static String value(List<String> cpuinfo, String key) {
        return cpuinfo.stream()
                .filter(line -> line.startsWith(key) && line.contains(":"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("");
    }
}

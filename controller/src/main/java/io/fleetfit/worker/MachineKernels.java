package io.fleetfit.worker;

import io.fleetfit.compress.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What kernels this machine runs, by its instruction set. */
public final class MachineKernels {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    private MachineKernels() {}

    /** Reads {@code /proc/cpuinfo}; where there is none the architecture alone tells. */
    public static Target read() {
        String arch = System.getProperty("os.arch", "");
        try {
            return of(arch, Files.readAllLines(CPUINFO));
        } catch (IOException e) {
            return of(arch, List.of());
        }
    }

    static Target of(String arch, List<String> cpuinfo) {
        List<String> features = cpuinfo.stream()
                .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                .findFirst()
                .map(line -> Arrays.asList(
                        line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
                .orElse(List.of());
        return Target.forDevice(arch, features, List.of());
    }
}

package io.fleetfit.agent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What ONNX Runtime must be told of this CPU, because it does not find it out itself. */
final class CpuHints {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final Set<String> DOT_PRODUCTS = Set.of("avx512_vnni", "avx_vnni");
    private static final boolean SATURATES = saturates();

    private CpuHints() {}

    /**
     * Whether products of unsigned and signed bytes are summed in 16 bits and may overflow: x86-64 before the VNNI
     * instructions. ONNX Runtime then has a slower exact way ({@code session.x64quantprecision}).
     */
    static boolean productsSaturate() {
        return SATURATES;
    }

    private static boolean saturates() {
        try {
            return System.getProperty("os.arch", "").equals("amd64") && saturates(Files.readString(CPUINFO));
        } catch (IOException e) {
            return false;
        }
    }

    static boolean saturates(String cpuinfo) {
        return cpuinfo.lines()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> List.of(line.split("\\s+")))
                .filter(flags -> flags.stream().noneMatch(DOT_PRODUCTS::contains))
                .isPresent();
    }
}

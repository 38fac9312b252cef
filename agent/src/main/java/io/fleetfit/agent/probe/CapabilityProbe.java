package io.fleetfit.agent.probe;

import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ExecutionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what this device is from {@code /proc} and {@code /sys}. Values under {@code declared} in the configuration come
 * instead, so that one machine can stand for another; then the capabilities say that they are emulated.
 */
public final class CapabilityProbe {
    private final Path root;
    private final Path data;
    private final long quotaBytes;
    private final boolean metered;
    private final Declared declared;

    /**
     * A probe.
     *
     * @param root of the file system, {@code /} but in tests
     * @param data folder of the agent
     * @param quotaBytes of all model files; {@link Long#MAX_VALUE} is none
     * @param metered whether the link costs by the byte
     * @param declared values that replace those read
     */
    public CapabilityProbe(Path root, Path data, long quotaBytes, boolean metered, Map<String, Object> declared) {
        this.root = root;
        this.data = data;
        this.quotaBytes = quotaBytes;
        this.metered = metered;
        this.declared = new Declared(declared);
    }

    /** A line for each declared value that is unknown or of the wrong kind. */
    public static List<String> problems(Map<String, Object> declared) {
        return Declared.problems(declared);
    }

    /**
     * The capabilities as of now.
     *
     * @param heldBytes what model files take already
     */
    public Capabilities read(long heldBytes) throws IOException {
        CpuInfo cpu = CpuInfo.parse(text("proc/cpuinfo"));
        long usable = Files.getFileStore(data).getUsableSpace();
        long storage = Math.min(quotaBytes, usable + heldBytes);
        return new Capabilities(
                declared.text("arch", arch()),
                declared.text("os", os()),
                declared.optionalText("device-tree-model", deviceTreeModel()),
                declared.optionalText("cpu-model", cpu.model()),
                declared.optionalText("cpu-implementer", cpu.implementer()),
                declared.optionalText("cpu-part", cpu.part()),
                (int) declared.number("cores", Runtime.getRuntime().availableProcessors()),
                Set.copyOf(declared.list("isa-features", List.copyOf(cpu.features()))),
                declared.number("memory-bytes", memoryBytes()),
                declared.number("storage-bytes", storage),
                Math.max(0, Math.min(usable, storage - heldBytes)),
                declared.list("accelerators", accelerators()),
                declared.list("execution-providers", List.of(ExecutionSettings.CPU)),
                OrtEngine.VERSION,
                OrtEngine.MAX_OPSET,
                metered,
                !declared.isEmpty());
    }

    private static String arch() {
        String arch = System.getProperty("os.arch", "unknown");
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    private String os() {
        return text("etc/os-release")
                .lines()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                .findFirst()
                .orElse(System.getProperty("os.name", "unknown"));
    }

    private @Nullable String deviceTreeModel() {
        String model = text("proc/device-tree/model").replace("\0", "").strip();
        return model.isEmpty() ? null : model;
    }

    /** Physical memory, or the limit of the control group (version 2, then 1) if that is lower. */
    private long memoryBytes() {
        long total = text("proc/meminfo")
                .lines()
                .filter(line -> line.startsWith("MemTotal:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
        for (String limit : List.of("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes")) {
            String value = text(limit);
            if (value.matches("\\d{1,18}")) {
                total = total == 0 ? Long.parseLong(value) : Math.min(total, Long.parseLong(value));
            }
        }
        return total;
    }

    /** Device nodes and drivers that tell of an accelerator. */
    private List<String> accelerators() {
        List<String> found = new ArrayList<>();
        if (exists("dev/nvidia0") || exists("dev/nvhost-gpu") || exists("dev/nvgpu")) {
            found.add("cuda");
        }
        if (exists("dev/nvhost-nvdla0")) {
            found.add("nvdla");
        }
        if (exists("dev/apex_0")) {
            found.add("edgetpu");
        }
        if (exists("dev/hailo0")) {
            found.add("hailo");
        }
        return found;
    }

    private boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }

    private String text(String path) {
        Path file = root.resolve(path);
        try {
            return Files.isReadable(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** What {@code /proc/cpuinfo} tells; of several kinds of cores the one with the highest part number. */
    record CpuInfo(
            @Nullable String model,
            @Nullable String implementer,
            @Nullable String part,
            Set<String> features) {
        static CpuInfo parse(String text) {
            Set<String> features = new TreeSet<>();
            for (String line : values(text, "flags", "Features").toList()) {
                features.addAll(List.of(line.toLowerCase(java.util.Locale.ROOT).split("\\s+")));
            }
            return new CpuInfo(
                    values(text, "model name").findFirst().orElse(null),
                    values(text, "CPU implementer").findFirst().orElse(null),
                    values(text, "CPU part")
                            .max(java.util.Comparator.naturalOrder())
                            .orElse(null),
                    features);
        }

        private static Stream<String> values(String text, String... keys) {
            return text.lines()
                    .map(line -> line.split(":", 2))
                    .filter(pair -> pair.length == 2 && List.of(keys).contains(pair[0].strip()))
                    .map(pair -> pair[1].strip())
                    .distinct();
        }
    }
}

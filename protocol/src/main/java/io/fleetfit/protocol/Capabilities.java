package io.fleetfit.protocol;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one device reports of itself.
 *
 * @param arch instruction set as {@code uname -m} says it: {@code aarch64}, {@code x86_64}
 * @param os operating system and version for people
 * @param deviceTreeModel text of {@code /proc/device-tree/model}, where the board has one
 * @param cpuModel {@code model name} of {@code /proc/cpuinfo}, where the kernel tells
 * @param cpuImplementer {@code CPU implementer} of {@code /proc/cpuinfo} ({@code 0x41} is Arm), where the kernel tells
 * @param cpuPart {@code CPU part} of {@code /proc/cpuinfo} ({@code 0xd08} is Cortex-A72), of the biggest core
 * @param cores logical processors that the agent may use
 * @param isaFeatures lower-case feature names: {@code asimddp}, {@code i8mm}, {@code avx2}, {@code avx512_vnni}, …
 * @param memoryBytes physical memory, or the memory limit of the agent's cgroup if that is lower
 * @param storageBytes what the agent may use for models in all: its quota or what the disk has, the lower
 * @param storageFreeBytes what of that is free now
 * @param accelerators names of accelerators: {@code cuda}, {@code nvdla}, {@code hexagon}, {@code edgetpu}, …
 * @param executionProviders ONNX Runtime's names: {@code CPUExecutionProvider}, {@code CUDAExecutionProvider}, …
 * @param runtimeVersion version of ONNX Runtime
 * @param maxOpset newest opset of the default domain that this runtime loads
 * @param meteredLink whether the link costs by the byte; chunks then come as private replies only
 * @param emulated whether the values are declared by configuration and not read off the machine
 */
public record Capabilities(
        String arch,
        String os,
        @Nullable String deviceTreeModel,
        @Nullable String cpuModel,
        @Nullable String cpuImplementer,
        @Nullable String cpuPart,
        int cores,
        Set<String> isaFeatures,
        long memoryBytes,
        long storageBytes,
        long storageFreeBytes,
        List<String> accelerators,
        List<String> executionProviders,
        String runtimeVersion,
        int maxOpset,
        boolean meteredLink,
        boolean emulated) {
    public Capabilities {
        isaFeatures = Set.copyOf(isaFeatures);
        accelerators = List.copyOf(accelerators);
        executionProviders = List.copyOf(executionProviders);
    }
}

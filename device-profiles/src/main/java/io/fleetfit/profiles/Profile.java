package io.fleetfit.profiles;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A class of devices.
 *
 * @param name unique
 * @param title for people
 * @param parent the profile that it inherits from; absent at a root
 * @param isAbstract whether it exists to be inherited from and is never matched
 * @param match how a device is recognised; absent if only by its parent's rule and its memory
 * @param soc system on chip
 * @param arch {@code aarch64} or {@code x86_64}
 * @param cores logical processors
 * @param clockGhz highest sustained clock in GHz
 * @param isaFeatures lower-case feature names as Linux gives them
 * @param memoryBytes physical memory; absent in an abstract profile
 * @param reservedMemoryBytes memory that the system needs for itself
 * @param storage kind of storage, one of those in the schema (microSD, eMMC, UFS, NVMe, SSD, unknown)
 * @param accelerators names of accelerators
 * @param executionProviders ONNX Runtime's names of the providers that builds for this class may have
 * @param powerWatts power envelope in watts
 * @param rates cost rates of the CPU
 */
public record Profile(
        String name,
        String title,
        @JsonProperty("extends") @Nullable String parent,
        @JsonProperty("abstract") boolean isAbstract,
        @Nullable Match match,
        Figure<String> soc,
        Figure<String> arch,
        Figure<Integer> cores,
        Figure<Double> clockGhz,
        Figure<List<String>> isaFeatures,
        @Nullable Figure<Long> memoryBytes,
        Figure<Long> reservedMemoryBytes,
        Figure<String> storage,
        Figure<List<String>> accelerators,
        Figure<List<String>> executionProviders,
        Figure<Double> powerWatts,
        CostRates rates) {

    /**
     * How a device is recognised. Absent parts say nothing.
     *
     * @param arch instruction set
     * @param deviceTree the device-tree model begins with this text
     * @param cpuImplementer {@code CPU implementer} of {@code /proc/cpuinfo}
     * @param cpuPart {@code CPU part} of {@code /proc/cpuinfo}
     * @param phoneClass {@code low}, {@code mid} or {@code high}: the device-tree model is {@code phone-} and this
     */
    public record Match(
            @Nullable String arch,
            @Nullable String deviceTree,
            @Nullable String cpuImplementer,
            @Nullable String cpuPart,
            @Nullable String phoneClass) {}
}

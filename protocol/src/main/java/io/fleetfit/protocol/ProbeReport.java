package io.fleetfit.protocol;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a short micro-benchmark of a board found. Travels in a {@link TelemetryBatch}, so that it stays on the device
 * until the controller has stored it.
 *
 * @param id of this run; the hello names the newest one
 * @param cause why it ran
 * @param request number of the {@link DesiredState#probe} that it answers; absent if none asked
 * @param at when it began, device clock
 * @param durationMillis how long it took, pauses included
 * @param pausedMillis how long of that it waited for the board to cool or to be idle
 * @param complete whether every rate was measured; else it ran out of time or was interrupted
 * @param throttled whether the board slowed itself down meanwhile; absent where the board does not tell
 * @param runtime what the rates hold for
 * @param memoryAvailableBytes memory that the board had left before the run
 * @param storageReadBytesPerSecond reading a file of the data folder that is not in memory; absent if not measured
 * @param storageWriteBytesPerSecond writing and syncing such a file; absent if not measured
 * @param power what the board drew; absent where it has no sensor
 * @param rates how fast kinds of operators run; one a kind, precision, provider and number of threads
 */
public record ProbeReport(
        String id,
        Cause cause,
        @Nullable Long request,
        Instant at,
        long durationMillis,
        long pausedMillis,
        boolean complete,
        @Nullable Boolean throttled,
        RuntimeFingerprint runtime,
        long memoryAvailableBytes,
        @Nullable Double storageReadBytesPerSecond,
        @Nullable Double storageWriteBytesPerSecond,
        @Nullable PowerFigures power,
        List<ProbeRate> rates) {

    /** Why a probe ran. */
    public enum Cause {
        /** None had run on this device. */
        ENROLMENT,
        /** The controller asked. */
        REQUEST,
        /** ONNX Runtime, its providers or the CPU are others than at the last one. */
        RUNTIME_CHANGED
    }

    /**
     * What rates and optimised models depend on.
     *
     * @param version of ONNX Runtime
     * @param providers execution providers of its library, in its order
     * @param arch instruction set as {@code uname -m} says it
     * @param cores logical processors that the agent may use
     * @param cpuFeatures digest of the CPU's model, parts and features as the kernel tells them
     */
    public record RuntimeFingerprint(
            String version, List<String> providers, String arch, int cores, Digest cpuFeatures) {
        public RuntimeFingerprint {
            providers = List.copyOf(providers);
        }
    }

    /**
     * How fast one kind of operator runs.
     *
     * @param operator what: {@code conv-1x1}, {@code conv-3x3}, {@code conv-depthwise}, {@code conv-grouped}, {@code
     *     gemm}, {@code element-wise}, {@code memory-copy}, {@code dispatch}
     * @param precision {@code fp32}, {@code fp16} or {@code int8} (quantised operators that the runtime fused)
     * @param provider execution provider
     * @param threads intra-op threads
     * @param unit of the values: {@code GMAC/s}, {@code Gelement/s}, {@code GB/s}, {@code us/node}
     * @param median of the samples
     * @param low 5th percentile of the samples
     * @param high 95th percentile of the samples
     * @param samples timed runs
     */
    public record ProbeRate(
            String operator,
            String precision,
            String provider,
            int threads,
            String unit,
            double median,
            double low,
            double high,
            int samples) {}

    /**
     * What the board drew, in watts.
     *
     * @param source which sensor: {@code ina}, {@code pmic}, {@code battery}
     * @param idleWatts before the run
     * @param busyWatts mean while operators ran on all threads; absent if the sensor was too slow
     */
    public record PowerFigures(
            String source, double idleWatts, @Nullable Double busyWatts) {}

    public ProbeReport {
        rates = List.copyOf(rates);
    }
}

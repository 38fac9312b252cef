package io.fleetfit.fit;

import io.fleetfit.fleet.DeviceRefusal;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One device under one policy, as filter and scorer look at it.
 *
 * @param capabilities what it reports
 * @param policy the budget
 * @param failed variants that it tried and failed in this rollout
 * @param refusals variants that it ever tried and refused and that still hold
 * @param memoryBytes memory that a variant may take: what the system leaves, or the budget if that is lower
 * @param downloadBytes bytes that the update may move; {@link Long#MAX_VALUE} without a bound
 * @param kernels class of kernels that it runs, asked for only where a variant is made for one
 */
record Target(
        Capabilities capabilities,
        Policy policy,
        Set<VariantRef> failed,
        List<DeviceRefusal> refusals,
        long memoryBytes,
        long downloadBytes,
        Supplier<String> kernels) {

    /** The target of a device whose system needs {@code reservedMemoryBytes} for itself. */
    static Target of(
            FitEngine.Subject subject,
            Policy policy,
            long reservedMemoryBytes,
            Function<Capabilities, String> kernels) {
        Capabilities device = subject.device().capabilities();
        long free = Math.max(0, device.memoryBytes() - reservedMemoryBytes);
        Long budget = policy.maxMemoryBytes();
        Long bound = downloadBound(policy, device.meteredLink());
        return new Target(
                device,
                policy,
                subject.failed(),
                holding(subject.refusals(), device, policy),
                budget == null ? free : Math.min(free, budget),
                bound == null ? Long.MAX_VALUE : bound,
                () -> kernels.apply(device));
    }

    private static List<DeviceRefusal> holding(List<DeviceRefusal> refusals, Capabilities device, Policy policy) {
        return refusals.isEmpty()
                ? refusals
                : refusals.stream()
                        .filter(refusal ->
                                refusal.holds(policy.maxP95Millis(), policy.maxMemoryBytes(), device.runtimeVersion()))
                        .toList();
    }

    private static @Nullable Long downloadBound(Policy policy, boolean metered) {
        return metered && policy.maxMeteredDownloadBytes() != null
                ? policy.maxMeteredDownloadBytes()
                : policy.maxDownloadBytes();
    }
}

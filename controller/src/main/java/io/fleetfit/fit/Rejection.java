package io.fleetfit.fit;

import io.fleetfit.registry.VariantRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A variant that does not fit, with every reason.
 *
 * @param variant which
 * @param reasons at least one
 */
public record Rejection(VariantRef variant, List<Reason> reasons) {
    /** What was not enough. */
    public enum Kind {
        OPERATOR,
        OPSET,
        PROVIDER,
        ISA,
        STORAGE,
        MEMORY,
        DOWNLOAD,
        QUALITY,
        LATENCY,
        /** This device tried the variant and failed. */
        FAILED_BEFORE
    }

    /**
     * One reason.
     *
     * @param kind what was not enough
     * @param needed the number needed, in {@code unit}; absent where there is no number
     * @param available the number there is
     * @param unit {@code B}, {@code ms}, {@code opset}, {@code ratio} or empty
     * @param text for people, with both numbers
     */
    public record Reason(
            Kind kind, @Nullable Double needed, @Nullable Double available, String unit, String text) {}

    public Rejection {
        reasons = List.copyOf(reasons);
    }
}

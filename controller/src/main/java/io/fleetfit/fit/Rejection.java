package io.fleetfit.fit;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Locale;
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
        OPERATOR("operators"),
        OPSET("operator set"),
        PROVIDER("execution provider"),
        ISA("CPU features"),
        STORAGE("storage for models"),
        MEMORY("memory"),
        DOWNLOAD("download"),
        QUALITY("quality"),
        LATENCY("latency"),
        /** This device tried the variant and failed. */
        FAILED_BEFORE("failed before"),
        /** This device tried the variant, in this rollout or before, and refused it with numbers. */
        REFUSED("refused by qualification");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        /** Name for people. */
        public String title() {
            return title;
        }
    }

    /**
     * One reason.
     *
     * @param kind what was not enough
     * @param needed the number needed, in {@code unit}; absent where there is no number
     * @param available the number there is; absent where nobody knows it
     * @param unit {@code B}, {@code ms}, {@code opset}, {@code ratio} or empty
     * @param detail what the numbers do not say; empty where they say it all
     */
    public record Reason(
            Kind kind, @Nullable Double needed, @Nullable Double available, String unit, String detail) {

        /** One sentence for people, with both numbers. Composed when asked for: a fleet is full of reasons. */
        @JsonProperty(value = "text", access = JsonProperty.Access.READ_ONLY)
        public String text() {
            StringBuilder text = new StringBuilder(80).append(kind.title()).append(": ");
            if (needed != null) {
                text.append("needs ").append(show(needed, unit)).append(", ");
                text.append(available == null ? "unknown here" : "has " + show(available, unit));
                text.append(detail.isEmpty() ? "" : "; ");
            }
            return text.append(detail).toString();
        }
    }

    public Rejection {
        reasons = List.copyOf(reasons);
    }

    /** A number with its unit, for people. */
    static String show(double value, String unit) {
        return switch (unit) {
            case "B" -> bytes(value);
            case "ms" -> String.format(Locale.ROOT, "%.2f ms", value);
            case "ratio" -> String.format(Locale.ROOT, "%.4f", value);
            default -> String.format(Locale.ROOT, "%s %.0f", unit, value).trim();
        };
    }

    private static String bytes(double value) {
        if (value >= 1e9) {
            return String.format(Locale.ROOT, "%.2f GB", value / 1e9);
        }
        return value >= 1e6
                ? String.format(Locale.ROOT, "%.1f MB", value / 1e6)
                : String.format(Locale.ROOT, "%.1f kB", value / 1e3);
    }
}

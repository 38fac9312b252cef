package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The budget of a deployment. */
final class PolicyOptions {
    /** What to prefer among the variants that fit. */
    enum Objective {
        quality,
        latency,
        footprint,
        balanced
    }

    @Option(names = "--max-p95", paramLabel = "MS", description = "most milliseconds of one inference, 95th percentile")
    private @Nullable Double maxP95Millis;

    @Option(
            names = "--max-memory",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "most memory of the variant, for example 200MB")
    private @Nullable Long maxMemoryBytes;

    @Option(
            names = "--max-download",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "most bytes to a device")
    private @Nullable Long maxDownloadBytes;

    @Option(
            names = "--max-metered-download",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "the same over a metered link")
    private @Nullable Long maxMeteredDownloadBytes;

    @Option(names = "--min-quality", paramLabel = "0..1", description = "least measured quality")
    private @Nullable Double minQuality;

    @Option(
            names = "--objective",
            paramLabel = "WHAT",
            defaultValue = "quality",
            description = "what to prefer: quality, latency, footprint or balanced")
    private Objective objective;

    /** The policy as the API takes it. */
    ObjectNode toJson() {
        if (minQuality != null && !(minQuality >= 0 && minQuality <= 1)) {
            throw CliFailure.badInput(
                    "--min-quality", minQuality.toString(), "must lie between 0 and 1, for example 0.97");
        }
        if (maxP95Millis != null && !(maxP95Millis > 0)) {
            throw CliFailure.badInput("--max-p95", maxP95Millis.toString(), "must be above 0 milliseconds");
        }
        ObjectNode policy = ApiClient.object();
        if (maxP95Millis != null) {
            policy.put("maxP95Millis", maxP95Millis);
        }
        put(policy, "maxMemoryBytes", maxMemoryBytes);
        put(policy, "maxDownloadBytes", maxDownloadBytes);
        put(policy, "maxMeteredDownloadBytes", maxMeteredDownloadBytes);
        if (minQuality != null) {
            policy.put("minQuality", minQuality);
        }
        return policy.put("objective", objective.name().toUpperCase(java.util.Locale.ROOT));
    }

    private static void put(ObjectNode policy, String field, @Nullable Long value) {
        if (value != null) {
            policy.put(field, value);
        }
    }

    /** A policy in one line. */
    static String show(JsonNode policy) {
        List<String> parts = new ArrayList<>();
        if (policy.hasNonNull("maxP95Millis")) {
            parts.add("p95≤" + Show.number(policy, "maxP95Millis", "%.3g") + "ms");
        }
        bytes(parts, policy, "maxMemoryBytes", "mem≤");
        bytes(parts, policy, "maxDownloadBytes", "download≤");
        bytes(parts, policy, "maxMeteredDownloadBytes", "metered≤");
        if (policy.hasNonNull("minQuality")) {
            parts.add("quality≥" + Show.number(policy, "minQuality", "%.3g"));
        }
        return parts.isEmpty() ? "no bounds" : String.join(" ", parts);
    }

    private static void bytes(List<String> parts, JsonNode policy, String field, String name) {
        if (policy.hasNonNull(field)) {
            parts.add(name + Show.bytes(policy, field).replace(" ", ""));
        }
    }
}

package io.fleetfit.registry;

import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One ONNX artifact of a version.
 *
 * @param ref full name
 * @param blob digest of the ONNX file
 * @param size length of the ONNX file in bytes
 * @param recipe what made it; {@code uploaded} for files that users made
 * @param passes the passes that ran, in order
 * @param parent the variant or {@code null} for the uploaded file that it was made from
 * @param precision {@code fp32}, {@code fp16-storage}, {@code int8-weights}, …
 * @param settings how it must be run
 * @param summary static analysis
 * @param quality measured quality; absent until measured
 * @param tags free key-value pairs
 * @param createdAt when
 */
public record Variant(
        VariantRef ref,
        Digest blob,
        long size,
        String recipe,
        List<String> passes,
        @Nullable VariantRef parent,
        String precision,
        ExecutionSettings settings,
        GraphSummary summary,
        @Nullable Quality quality,
        Map<String, String> tags,
        Instant createdAt) {
    public Variant {
        passes = List.copyOf(passes);
        tags = Map.copyOf(tags);
    }

    /** The same, registered at another time. */
    public Variant withCreatedAt(Instant at) {
        return new Variant(ref, blob, size, recipe, passes, parent, precision, settings, summary, quality, tags, at);
    }
}

package io.fleetfit.registry;

import io.fleetfit.protocol.Digest;
import java.time.Instant;
import java.util.Map;

/**
 * An immutable release of a model.
 *
 * @param model name of the model
 * @param version name within the model; {@code 1}, {@code 2}, … unless the user chose one
 * @param source digest of the file as uploaded
 * @param tags free key-value pairs
 * @param createdAt when
 */
public record ModelVersion(String model, String version, Digest source, Map<String, String> tags, Instant createdAt) {
    public ModelVersion {
        VariantRef.requireName("version", version);
        tags = Map.copyOf(tags);
    }
}

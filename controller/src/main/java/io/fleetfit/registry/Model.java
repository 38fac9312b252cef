package io.fleetfit.registry;

import io.fleetfit.protocol.ModelContract;
import java.time.Instant;
import java.util.Map;

/**
 * A task contract under a name.
 *
 * @param name unique
 * @param contract what every version promises
 * @param tags free key-value pairs
 * @param createdAt when
 */
public record Model(String name, ModelContract contract, Map<String, String> tags, Instant createdAt) {
    public Model {
        VariantRef.requireName("model", name);
        tags = Map.copyOf(tags);
    }
}

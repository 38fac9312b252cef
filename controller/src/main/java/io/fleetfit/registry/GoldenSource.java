package io.fleetfit.registry;

import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.ModelContract;
import java.util.Optional;

/** Port: golden inputs and outputs of variants. */
@FunctionalInterface
public interface GoldenSource {
    /** Those of the variant, always the same; empty if none can be made of it. Takes seconds the first time. */
    Optional<Golden> of(Variant variant, ModelContract contract);
}

package io.fleetfit.registry;

import io.fleetfit.protocol.Golden;
import java.util.Optional;

/** Port: golden inputs and outputs of variants, made once and the same for ever. */
public interface GoldenStore {
    /** What was made; a value without an example says that the variant has none. */
    Optional<Made> golden(VariantRef variant);

    /**
     * Notes what was made, unless something was noted before.
     *
     * @return what stands now
     */
    Made putGolden(VariantRef variant, Made made);

    /**
     * What came of making golden outputs.
     *
     * @param golden the example; empty for a variant that allows none
     */
    record Made(Optional<Golden> golden) {}
}

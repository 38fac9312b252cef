package io.fleetfit.compress;

import io.fleetfit.protocol.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a variant comes from, to the byte: the same lineage makes the same file.
 *
 * @param parent digest of the file that it was made from
 * @param recipe name of the recipe
 * @param recipeDigest what the recipe did, whatever its name
 * @param passes the passes that ran, in order, with all their settings
 * @param calibration digest of the calibration samples; absent if none were used
 * @param tool version of Fleetfit
 */
public record Lineage(
        Digest parent,
        String recipe,
        Digest recipeDigest,
        List<String> passes,
        @Nullable Digest calibration,
        String tool) {
    public Lineage {
        passes = List.copyOf(passes);
    }
}

package io.fleetfit.compress;

import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.protocol.Digest;
import org.jspecify.annotations.Nullable;

/** Writes where a variant comes from into the metadata of its file, under {@code fleetfit.…}. */
public final class Provenance {
    private Provenance() {}

    /**
     * Notes recipe, passes with settings, parent, calibration samples and tool. Holds no time and no name of a machine, so
     * that the same work gives the same bytes.
     *
     * @param parent digest of the file that it is made from
     * @param calibration digest of the samples; absent if none are used
     * @param tool version of Fleetfit
     */
    public static void note(
            GraphEditor graph, Recipe recipe, Digest parent, @Nullable Digest calibration, String tool) {
        graph.note("fleetfit.recipe", recipe.name());
        graph.note("fleetfit.passes", String.join(" | ", recipe.passTexts()));
        graph.note("fleetfit.target", recipe.target().text());
        graph.note("fleetfit.parent", parent.hex());
        if (calibration != null) {
            graph.note("fleetfit.calibration", calibration.hex());
        }
        graph.note("fleetfit.tool", tool);
    }
}

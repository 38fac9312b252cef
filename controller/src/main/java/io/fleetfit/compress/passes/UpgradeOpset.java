package io.fleetfit.compress.passes;

import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSettings;
import io.fleetfit.compress.opset.OpsetUpgrade;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;

/**
 * Moves the model to a newer version of the standard's operators, in which quantized forms exist, without a change of
 * meaning. Setting {@code to}: 13 to 21, 13 if absent. A newer model stays as it is.
 */
public final class UpgradeOpset implements CompressionPass {
    private final int to;

    /** Reads the settings. */
    public UpgradeOpset(PassSettings settings) {
        to = settings.integer("to", 13, 13, OpsetUpgrade.NEWEST);
    }

    @Override
    public String name() {
        return "upgrade-opset";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) throws ModelRefused {
        long from = graph.opset();
        if (from >= to) {
            return;
        }
        OpsetUpgrade.check(graph, to);
        OpsetUpgrade.apply(graph, to, context.runner().types(graph.build()));
        context.findings()
                .accept(new Finding(name(), "opset", "moved from opset " + from + " to " + to + " with equal meaning"));
    }
}

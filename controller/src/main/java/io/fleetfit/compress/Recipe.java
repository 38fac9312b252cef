package io.fleetfit.compress;

import io.fleetfit.protocol.ExecutionSettings;
import java.util.List;

/**
 * A named list of passes.
 *
 * @param name also the name of the variant that it makes
 * @param precision of the weights of the result
 * @param target what kernels the result is made for
 * @param passes run in this order
 * @param settings how the result must be run
 * @param expandsWeights whether ONNX Runtime turns the weights into 32-bit floats when it loads the result
 */
public record Recipe(
        String name,
        String precision,
        Target target,
        List<PassSpec> passes,
        ExecutionSettings settings,
        boolean expandsWeights) {
    public Recipe {
        passes = List.copyOf(passes);
        passes.forEach(PassCatalog::create);
    }
}

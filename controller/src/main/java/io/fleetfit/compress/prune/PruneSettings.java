package io.fleetfit.compress.prune;

import io.fleetfit.compress.PassSettings;
import io.fleetfit.compress.linear.Reconstruction.Scope;

/**
 * Settings of {@link PruneChannels}.
 *
 * @param macsCut share of the multiply-accumulates to save
 * @param criterion how channels are judged
 * @param roundTo widths become multiples of it, as kernels like them
 * @param mostOfLayer largest share of a width that may go
 * @param reconstruct which layers are fitted to the original's answers afterwards
 * @param ridge weight of staying as they are in these fits, as a share of the mean energy of an input
 * @param sensitivitySamples samples over which the effect of each group on the outputs is measured; 0 measures none
 */
record PruneSettings(
        double macsCut,
        Criterion criterion,
        int roundTo,
        double mostOfLayer,
        Scope reconstruct,
        double ridge,
        int sensitivitySamples) {
    static PruneSettings of(PassSettings settings) {
        return new PruneSettings(
                settings.number("macs-cut", 0.2, 0.01, 0.9),
                settings.choice("criterion", Criterion.COMPENSATED),
                settings.integer("round-to", 8, 1, 64),
                settings.number("most-of-layer", 0.5, 0.05, 1),
                settings.choice("reconstruct", Scope.FOLLOWING),
                settings.number("ridge", 1e-2, 1e-8, 10),
                settings.integer("sensitivity-samples", 32, 0, 1000));
    }
}

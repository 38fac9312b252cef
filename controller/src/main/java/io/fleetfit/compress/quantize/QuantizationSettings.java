package io.fleetfit.compress.quantize;

import io.fleetfit.compress.PassSettings;
import io.fleetfit.compress.PassSpec;
import java.util.Set;

/**
 * How a graph is quantized.
 *
 * @param calibration how ranges follow from what was seen
 * @param percentile share of an activation's values to keep, in percent, for {@link Calibration#PERCENTILE}
 * @param floatLayers how many layers stay float: those whose quantization costs most
 * @param rankingSamples how many samples the layers are ranked with
 * @param exclude names of nodes or operator types that stay float
 * @param correctBias whether biases take back the mean error of rounded weights
 * @param weightBits 7 or 8; 0 for what the target needs
 */
public record QuantizationSettings(
        Calibration calibration,
        double percentile,
        int floatLayers,
        int rankingSamples,
        Set<String> exclude,
        boolean correctBias,
        int weightBits) {
    private static final double PERCENTILE = 99.99;
    private static final int RANKING_SAMPLES = 4;
    private static final int MOST_LAYERS = 100_000;

    public QuantizationSettings {
        exclude = Set.copyOf(exclude);
    }

    /** What the pass does without settings. */
    public static QuantizationSettings defaults() {
        return of(new PassSettings(PassSpec.of("quantize-static")));
    }

    /** Reads the settings of the pass. */
    public static QuantizationSettings of(PassSettings settings) {
        return new QuantizationSettings(
                settings.choice("calibration", Calibration.MIN_MAX),
                settings.number("percentile", PERCENTILE, 50, 100),
                settings.integer("float-layers", 0, 0, MOST_LAYERS),
                settings.integer("ranking-samples", RANKING_SAMPLES, 1, 64),
                Set.copyOf(settings.texts("exclude")),
                settings.flag("correct-bias", true),
                settings.integer("weight-bits", 0, 7, 8));
    }

    NumberForm form(NumberForm ofTarget) {
        return weightBits == 0 ? ofTarget : ofTarget.withWeightBits(weightBits);
    }
}

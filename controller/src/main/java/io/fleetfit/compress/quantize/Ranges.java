package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.compress.quantize.Unit.WeightSpec;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.ModelRefused;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Ranges of activations, and the means that bias correction needs. */
final class Ranges {
    private final Map<String, ValueRange> ranges = new LinkedHashMap<>();
    private final Map<String, double[]> means = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    private Ranges() {}

    /**
     * Runs the floating-point graph over the samples and gathers what a plan asks for.
     *
     * @throws ModelRefused if there is no sample, or a value is not finite
     */
    static Ranges observe(
            QuantizationPlan plan, ModelProto model, GraphRunner runner, Samples samples, QuantizationSettings settings)
            throws ModelRefused {
        Map<String, ValueStatistics> seen = wanted(plan, settings);
        new Observation(runner, model, samples).fill(seen);
        return of(seen, settings);
    }

    private static Map<String, ValueStatistics> wanted(QuantizationPlan plan, QuantizationSettings settings) {
        boolean histogram = settings.calibration() != Calibration.MIN_MAX;
        Map<String, ChannelMeans> channels = new LinkedHashMap<>();
        if (settings.correctBias()) {
            for (Unit unit : plan.units()) {
                unit.weights()
                        .ifPresent(weights ->
                                channels.put(unit.activations().get(0), new ChannelMeans(channelAxis(unit, weights))));
            }
        }
        Map<String, ValueStatistics> wanted = new LinkedHashMap<>();
        plan.observed().forEach(value -> wanted.put(value, new ValueStatistics(histogram, channels.get(value))));
        return wanted;
    }

    private static int channelAxis(Unit unit, WeightSpec weights) {
        return unit.operator().startsWith("Conv") && weights.axis() >= 0 ? 1 : -1;
    }

    private static Ranges of(Map<String, ValueStatistics> seen, QuantizationSettings settings) {
        Ranges ranges = new Ranges();
        seen.forEach((value, statistics) -> {
            ranges.ranges.put(value, statistics.range(settings.calibration(), settings.percentile()));
            ranges.shapes.put(value, statistics.shape());
            ChannelMeans channels = statistics.means();
            if (channels != null) {
                ranges.means.put(value, channels.means());
            }
        });
        return ranges;
    }

    /** The range of a value that was observed. */
    ValueRange range(String value) {
        ValueRange range = ranges.get(value);
        if (range == null) {
            throw new IllegalStateException("'" + value + "' was not observed");
        }
        return range;
    }

    /** Means by channel of a value whose means were wanted. */
    Optional<double[]> means(String value) {
        return Optional.ofNullable(means.get(value));
    }

    /** The shape of a value that was observed. */
    long[] shape(String value) {
        return shapes.getOrDefault(value, new long[0]);
    }
}

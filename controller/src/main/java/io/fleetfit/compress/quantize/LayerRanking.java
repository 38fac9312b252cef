package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.compress.Target;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ranks layers by what their quantization costs: each is quantized alone, and the outputs of the whole graph are compared
 * with those of the floating-point graph. So errors that the rest of the graph swallows count little, and errors of other
 * layers do not blur the picture. One graph is loaded at a time.
 */
public final class LayerRanking {
    /** A ratio that no output reaches; stands for no difference at all. */
    private static final double NO_NOISE = 200;

    private final ModelProto model;
    private final GraphRunner runner;
    private final List<Sample> samples;
    private final List<Map<String, FloatTensor>> expected = new ArrayList<>();

    /**
     * A layer with the signal-to-quantization-noise ratio of the outputs when it alone is quantized.
     *
     * @param layer name of the node, or of its first output if it has none
     * @param operator its type
     * @param decibels {@code 10·log10(Σ y² / Σ (y' − y)²)}; the output that suffers most counts; less is worse
     */
    public record RankedLayer(String layer, String operator, double decibels) {}

    private LayerRanking(ModelProto model, GraphRunner runner, List<Sample> samples) {
        this.model = model;
        this.runner = runner;
        this.samples = samples;
    }

    /**
     * All layers that would be quantized, worst first; equal ones in the order of the graph.
     *
     * @param model of operator set 13 or later, not quantized
     * @param settings as for the pass; {@code floatLayers} is not looked at
     * @throws ModelRefused as the pass does
     */
    public static List<RankedLayer> of(
            ModelProto model, GraphRunner runner, Samples samples, Target target, QuantizationSettings settings)
            throws ModelRefused {
        Preconditions.require(model);
        NumberForm form = settings.form(NumberForm.of(target));
        GraphIndex graph = GraphIndex.of(model);
        QuantizationPlan plan =
                QuantizationPlan.choose(graph, Units.find(graph, form, Exclusions.of(settings.exclude())));
        return of(plan, Ranges.observe(plan, model, runner, samples, settings), model, runner, samples, form, settings);
    }

    static List<RankedLayer> of(
            QuantizationPlan plan,
            Ranges ranges,
            ModelProto model,
            GraphRunner runner,
            Samples samples,
            NumberForm form,
            QuantizationSettings settings)
            throws ModelRefused {
        LayerRanking ranking = new LayerRanking(model, runner, spread(samples, settings.rankingSamples()));
        ranking.expect();
        List<RankedLayer> ranked = new ArrayList<>();
        for (Unit unit : plan.units()) {
            if (unit.computes()) {
                GraphEditor editor = new GraphEditor(model);
                QdqRewrite.apply(
                        editor, QuantizationPlan.alone(plan.graph(), unit), ranges, form, settings.correctBias());
                ranked.add(new RankedLayer(unit.title(), unit.operator(), ranking.decibels(editor.build())));
            }
        }
        ranked.sort(Comparator.comparingDouble(RankedLayer::decibels));
        return List.copyOf(ranked);
    }

    /** Samples at equal distances through the set. */
    private static List<Sample> spread(Samples samples, int wanted) {
        int count = Math.min(wanted, samples.count());
        List<Sample> chosen = new ArrayList<>();
        int index = 0;
        for (Sample sample : samples) {
            if (chosen.size() < count && index >= (long) chosen.size() * samples.count() / count) {
                chosen.add(sample);
            }
            index++;
        }
        return chosen;
    }

    private void expect() throws ModelRefused {
        try (GraphRunner.Loaded loaded = runner.load(model, Set.of())) {
            for (Sample sample : samples) {
                expected.add(loaded.run(sample.inputs()));
            }
        }
    }

    private double decibels(ModelProto quantized) throws ModelRefused {
        Map<String, double[]> powers = new LinkedHashMap<>();
        try (GraphRunner.Loaded loaded = runner.load(quantized, Set.of())) {
            for (int i = 0; i < samples.size(); i++) {
                Map<String, FloatTensor> reference = expected.get(i);
                loaded.run(samples.get(i).inputs(), (name, tensor) -> {
                    FloatTensor wanted = reference.get(name);
                    if (wanted != null) {
                        add(powers.computeIfAbsent(name, output -> new double[2]), wanted.data(), tensor.data());
                    }
                });
            }
        }
        return powers.values().stream()
                .mapToDouble(LayerRanking::decibels)
                .min()
                .orElse(NO_NOISE);
    }

    private static double decibels(double[] powers) {
        double ratio = powers[1] == 0 ? NO_NOISE : 10 * Math.log10(Math.max(powers[0], Double.MIN_NORMAL) / powers[1]);
        return Math.max(-NO_NOISE, Math.min(NO_NOISE, ratio));
    }

    /** An output whose size follows from its values, such as boxes found, is compared as far as both go. */
    private static void add(double[] powers, float[] wanted, float[] got) {
        for (int i = 0; i < Math.min(wanted.length, got.length); i++) {
            double noise = (double) got[i] - wanted[i];
            powers[0] += (double) wanted[i] * wanted[i];
            powers[1] += noise * noise;
        }
    }
}

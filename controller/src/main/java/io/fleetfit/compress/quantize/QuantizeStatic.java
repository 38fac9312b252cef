package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSettings;
import io.fleetfit.compress.quantize.LayerRanking.RankedLayer;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Quantizes weights and activations to 8 bits with ranges from calibration data, in the form of ONNX's QuantizeLinear and
 * DequantizeLinear (QDQ): Jacob et al., arXiv 1712.05877, with one weight scale an output channel (Krishnamoorthi, arXiv
 * 1806.08342). Settings: {@link QuantizationSettings#of}. Integer kernels have the form that the target needs.
 */
public final class QuantizeStatic implements CompressionPass {
    /** Fewer samples miss values that occur in practice. */
    private static final int FEW_SAMPLES = 10;

    private static final int NAMED = 5;
    private static final int RANKS_TOLD = 20;

    private final QuantizationSettings settings;

    /** Reads the settings of a recipe. */
    public QuantizeStatic(PassSettings settings) {
        this.settings = QuantizationSettings.of(settings);
    }

    @Override
    public String name() {
        return "quantize-static";
    }

    @Override
    public void apply(GraphEditor editor, PassContext context) throws ModelRefused {
        ModelProto model = editor.build();
        Preconditions.require(model);
        Samples samples = context.requireCalibration(name());
        NumberForm form = settings.form(NumberForm.of(context.target()));
        Exclusions exclusions = Exclusions.of(settings.exclude());
        GraphIndex graph = new GraphIndex(editor);
        QuantizationPlan plan = QuantizationPlan.choose(graph, Units.find(graph, form, exclusions));
        requireWork(plan);
        tellInputs(context, samples, exclusions, graph);
        Ranges ranges = Ranges.observe(plan, model, context.runner(), samples, settings);
        if (settings.floatLayers() > 0) {
            List<RankedLayer> ranking = LayerRanking.of(plan, ranges, model, context.runner(), samples, form, settings);
            List<String> worst = ranking.stream()
                    .limit(settings.floatLayers())
                    .map(RankedLayer::layer)
                    .toList();
            tellRanking(context, ranking, worst);
            plan = QuantizationPlan.choose(graph, Units.find(graph, form, exclusions.and(worst)));
            requireWork(plan);
        }
        tellResult(context, plan, QdqRewrite.apply(editor, plan, ranges, form, settings.correctBias()));
    }

    private void requireWork(QuantizationPlan plan) throws ModelRefused {
        if (plan.units().isEmpty()) {
            throw new ModelRefused(
                    ModelRefused.Code.NOT_COMPRESSIBLE,
                    "no node is left to quantize: the model has no convolution or product with constant 32-bit weights"
                            + " outside 'exclude' and 'float-layers'; use a recipe that stores weights smaller instead");
        }
    }

    private void tellInputs(PassContext context, Samples samples, Exclusions exclusions, GraphIndex graph) {
        if (samples.count() < FEW_SAMPLES) {
            tell(
                    context,
                    "calibration",
                    "the calibration set has " + samples.count() + (samples.count() == 1 ? " sample" : " samples")
                            + "; ranges taken from so few cut off values that occur in practice: use 100 or more");
        }
        exclusions
                .unmatched(graph)
                .forEach(wish -> tell(context, wish, "'exclude' names it, but no node and no operator is called so"));
    }

    private void tellRanking(PassContext context, List<RankedLayer> ranking, List<String> worst) {
        tell(
                context,
                "ranking",
                "layers by signal-to-quantization-noise of the outputs when quantized alone, worst first: "
                        + ranking.stream()
                                .limit(Math.max(RANKS_TOLD, worst.size()))
                                .map(layer -> String.format(Locale.ROOT, "%s %.1f dB", layer.layer(), layer.decibels()))
                                .collect(Collectors.joining(", ")));
        worst.forEach(layer -> tell(context, layer, "stays float: it is among the layers that cost most"));
    }

    private void tellResult(PassContext context, QuantizationPlan plan, Set<Integer> takenIn) {
        Map<String, List<String>> left = new TreeMap<>();
        List<NodeProto> nodes = plan.graph().nodes();
        for (int i = 0; i < nodes.size(); i++) {
            if (plan.unit(i).isEmpty()
                    && !takenIn.contains(i)
                    && !OperatorRole.isPlumbing(nodes.get(i).getOpType())) {
                left.computeIfAbsent(nodes.get(i).getOpType(), type -> new ArrayList<>())
                        .add(plan.graph().title(i));
            }
        }
        left.forEach((operator, titles) -> tell(
                context,
                operator,
                titles.size() + (titles.size() == 1 ? " node stays" : " nodes stay") + " as it was in 32 bits: "
                        + titles.stream().limit(NAMED).collect(Collectors.joining(", "))
                        + (titles.size() > NAMED ? ", …" : "")));
    }

    private void tell(PassContext context, String subject, String text) {
        context.findings().accept(new Finding(name(), subject, text));
    }
}

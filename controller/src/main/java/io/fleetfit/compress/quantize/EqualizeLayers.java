package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cross-layer equalisation (Nagel et al., arXiv 1906.04721, section 4.1): scales the channels between two convolutions so
 * that the weights before and after have the same range a channel, {@code s = √(r₁/r₂)}, {@code W₁/s}, {@code W₂·s}. The
 * graph computes the same. Between the two may lie what commutes with positive factors: Relu, LeakyRelu, pooling. A Clip
 * from 0 does so only for values below its upper bound; channels are scaled only as far as calibration data shows that
 * they stay a quarter below it before and after, and without data such pairs are left.
 */
public final class EqualizeLayers implements CompressionPass {
    private static final int MOST_ROUNDS = 20;
    private static final double SETTLED = 1e-3;

    @Override
    public String name() {
        return "equalize-layers";
    }

    @Override
    public void apply(GraphEditor editor, PassContext context) throws ModelRefused {
        GraphIndex graph = new GraphIndex(editor);
        LayerPairs found = LayerPairs.find(graph);
        found.left().forEach((subject, reason) -> tell(context, subject, reason));
        Map<String, float[]> peaks = peaks(editor, context, found.pairs());
        Map<String, float[]> weights = new LinkedHashMap<>();
        List<LayerPair> pairs = found.pairs().stream()
                .filter(pair ->
                        pair.clip().isEmpty() || peaks.containsKey(pair.clip().get()))
                .toList();
        double moved = Double.POSITIVE_INFINITY;
        for (int round = 0; round < MOST_ROUNDS && moved > SETTLED; round++) {
            moved = 0;
            for (LayerPair pair : pairs) {
                moved = Math.max(moved, pair.equalize(graph, weights, peaks));
            }
        }
        weights.forEach((name, values) -> {
            TensorProto old = graph.constant(name).orElseThrow();
            editor.put(Tensors.ofFloats(name, old.getDimsList(), values));
        });
        tell(context, "pairs", pairs.size() + " pairs of layers have weights of equal ranges");
    }

    /** Largest value of each channel before the Clips; empty without data. */
    private Map<String, float[]> peaks(GraphEditor editor, PassContext context, List<LayerPair> pairs)
            throws ModelRefused {
        Samples samples = context.calibration();
        Map<String, ValueStatistics> wanted = new LinkedHashMap<>();
        for (LayerPair pair : pairs) {
            pair.clip().ifPresent(value -> wanted.put(value, new ValueStatistics(false, new ChannelMeans(1))));
        }
        Map<String, float[]> peaks = new LinkedHashMap<>();
        if (samples == null || samples.count() == 0) {
            wanted.keySet()
                    .forEach(value -> tell(
                            context,
                            value,
                            "is not equalised: how far it stays below the bound of the Clip behind it, calibration data"
                                    + " must show"));
        } else if (!wanted.isEmpty()) {
            new Observation(context.runner(), editor.build(), samples).fill(wanted);
            wanted.forEach((value, statistics) -> {
                ChannelMeans means = statistics.means();
                if (means != null) {
                    peaks.put(value, means.peaks());
                }
            });
        }
        return peaks;
    }

    private void tell(PassContext context, String subject, String text) {
        context.findings().accept(new Finding(name(), subject, text));
    }
}

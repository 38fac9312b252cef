package io.fleetfit.compress.linear;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Fits layers of a changed model to what the original gave, layer by layer from input to output: each layer's weights solve
 * least squares between what flows into it in the changed model as it is by then, and what the original layer gave (the
 * asymmetric reconstruction of Zhang et al., arXiv 1505.06798, and of He et al., arXiv 1707.06168). So a layer also makes up
 * for the errors of those before it. The weights stay near what they are by a ridge, so that few samples do not overfit.
 */
public final class Reconstruction {
    /** Floats kept of what the original gave, at a time. */
    private static final long MOST_KEPT = 32L << 20;

    private final GraphRunner runner;
    private final ModelProto original;
    private final Samples samples;
    private final double ridge;

    /** Which layers are fitted. */
    public enum Scope {
        /** None: nothing makes up for what was lost. */
        NONE,
        /** Those that lost something themselves. */
        FOLLOWING,
        /** These and all behind them, whose inputs changed. */
        ALL
    }

    /**
     * A layer to be fitted.
     *
     * @param output name of its output, the same in both models
     * @param channels the output channels that are left, by their place in the original
     */
    @SuppressWarnings("ArrayRecordComponent") // places; nobody compares them with equals
    public record Fit(String output, int[] channels) {}

    /**
     * A reconstruction.
     *
     * @param original the model before the change
     * @param ridge weight of staying as it is, as a share of the mean energy of an input
     */
    public Reconstruction(GraphRunner runner, ModelProto original, Samples samples, double ridge) {
        this.runner = runner;
        this.original = original;
        this.samples = samples;
        this.ridge = ridge;
    }

    /**
     * Fits layers of a graph.
     *
     * @param fits the layers, from input to output
     * @throws ModelRefused if a run fails
     */
    public void apply(GraphEditor graph, List<Fit> fits) throws ModelRefused {
        Map<Fit, LinearLayer> batch = new LinkedHashMap<>();
        long kept = 0;
        for (Fit fit : fits) {
            LinearLayer layer = layer(graph, fit.output());
            long floats = (long) MomentBatches.rows(layer.columns()) * fit.channels().length;
            if (!batch.isEmpty() && kept + floats > MOST_KEPT) {
                apply(graph, batch);
                batch.clear();
                kept = 0;
            }
            batch.put(fit, layer);
            kept += floats;
        }
        apply(graph, batch);
    }

    private static LinearLayer layer(GraphEditor graph, String output) {
        return LinearLayer.of(graph.nodes().get(index(graph, output)), graph).orElseThrow();
    }

    private static int index(GraphEditor graph, String output) {
        List<NodeProto> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).getOutputCount() > 0 && nodes.get(i).getOutput(0).equals(output)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no node gives '" + output + "'");
    }

    private void apply(GraphEditor graph, Map<Fit, LinearLayer> batch) throws ModelRefused {
        if (batch.isEmpty()) {
            return;
        }
        Map<Fit, List<float[]>> targets = targets(batch);
        for (Map.Entry<Fit, LinearLayer> entry : batch.entrySet()) {
            fit(graph, entry.getKey(), entry.getValue(), targets.getOrDefault(entry.getKey(), List.of()));
        }
    }

    /** What the original gives at the chosen positions, sample by sample. */
    private Map<Fit, List<float[]>> targets(Map<Fit, LinearLayer> batch) throws ModelRefused {
        Map<Fit, List<float[]>> targets = new LinkedHashMap<>();
        Set<String> names = batch.keySet().stream().map(Fit::output).collect(Collectors.toSet());
        Activations.view(runner, original, names, samples, (number, values) -> {
            for (Map.Entry<Fit, LinearLayer> entry : batch.entrySet()) {
                Fit fit = entry.getKey();
                FloatTensor given = Activations.value(values, fit.output());
                targets.computeIfAbsent(fit, key -> new ArrayList<>())
                        .add(targetsOf(fit, entry.getValue(), number, given));
            }
        });
        return targets;
    }

    private float[] targetsOf(Fit fit, LinearLayer layer, int number, FloatTensor given) {
        Patches patches = new Patches(layer);
        int channels = fit.channels().length;
        int total = layer.kind() == LinearLayer.Kind.CONV
                ? (int) given.shape()[1]
                : (int) given.shape()[given.shape().length - 1];
        int[] positions = choose(patches, layer, given.data().length / total, number);
        float[] rows = new float[positions.length * channels];
        for (int i = 0; i < positions.length; i++) {
            patches.given(given, positions[i], fit.channels(), rows, i * channels);
        }
        return rows;
    }

    private int[] choose(Patches patches, LinearLayer layer, int positions, int number) {
        return patches.choose(positions, MomentBatches.rowsEach(layer.columns(), samples.count()), number);
    }

    private void fit(GraphEditor graph, Fit fit, LinearLayer layer, List<float[]> targets) throws ModelRefused {
        int groups = layer.groups();
        int perGroup = layer.outputs() / groups;
        Moments[] moments = new Moments[groups];
        for (int g = 0; g < groups; g++) {
            moments[g] = new Moments(layer.columns(), perGroup);
        }
        Patches patches = new Patches(layer);
        float[] seen = new float[layer.columns() * groups];
        Activations.view(runner, graph.build(), Set.of(layer.input()), samples, (number, values) -> {
            FloatTensor input = Activations.value(values, layer.input());
            int[] positions = choose(patches, layer, patches.positions(input), number);
            for (int i = 0; i < positions.length; i++) {
                patches.seen(input, positions[i], seen);
                for (int g = 0; g < groups; g++) {
                    moments[g].add(seen, g * layer.columns(), targets.get(number), i * layer.outputs() + g * perGroup);
                }
            }
        });
        solve(graph, fit, layer, moments);
    }

    private void solve(GraphEditor graph, Fit fit, LinearLayer layer, Moments[] moments) {
        float[] weights = layer.matrix(graph);
        float[] biases = layer.biases(graph);
        int perGroup = layer.outputs() / layer.groups();
        for (int g = 0; g < moments.length; g++) {
            int from = g * perGroup;
            DMatrixRMaj fitted = fitted(layer, moments[g], weights, from, perGroup);
            double[] x = moments[g].meanX();
            double[] y = moments[g].meanY();
            for (int o = 0; o < perGroup; o++) {
                double offset = y[o];
                for (int c = 0; c < layer.columns(); c++) {
                    weights[(from + o) * layer.columns() + c] = (float) fitted.unsafe_get(o, c);
                    offset -= fitted.unsafe_get(o, c) * x[c];
                }
                biases[from + o] = (float) offset;
            }
        }
        int index = index(graph, fit.output());
        graph.nodes().set(index, layer.with(graph, graph.nodes().get(index), weights, biases));
    }

    /** {@code W + Δ} with {@code Δ = (Cxy − Cxx·Wᵀ)ᵀ·(Cxx + λI)⁻¹}; the last {@code Cxx} is the shrunk one. */
    private DMatrixRMaj fitted(LinearLayer layer, Moments moments, float[] weights, int from, int perGroup) {
        boolean centred = layer.takesBias();
        DMatrixRMaj current = new DMatrixRMaj(perGroup, layer.columns());
        for (int i = 0; i < perGroup * layer.columns(); i++) {
            current.data[i] = weights[from * layer.columns() + i];
        }
        DMatrixRMaj second = moments.second(centred);
        DMatrixRMaj missing = moments.cross(centred);
        CommonOps_DDRM.subtract(missing, Matrices.timesTransposed(second, current), missing);
        DMatrixRMaj change = Matrices.solve(Matrices.ridged(moments.shrunk(centred), ridge), missing);
        CommonOps_DDRM.addEquals(current, Matrices.transposed(change));
        return current;
    }
}

package io.fleetfit.compress.prune;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.linear.LinearLayer;
import io.fleetfit.compress.linear.Matrices;
import io.fleetfit.compress.linear.MomentBatches;
import io.fleetfit.compress.linear.Moments;
import io.fleetfit.compress.linear.OutputError;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/**
 * Finds for each group in which order its channels go and what that costs. The losses of different groups become comparable
 * by two measurements each: a part of the group's channels goes, then as many as may, and the error of the model's outputs
 * is compared with the loss that the layers behind had.
 */
final class Ranking {
    /** Share of a group's width that goes in the measurement. */
    private static final double MEASURED_SHARE = 0.25;

    private final PassContext context;
    private final Samples samples;
    private final ModelProto original;
    private final PruneSettings settings;

    Ranking(PassContext context, Samples samples, ModelProto original, PruneSettings settings) {
        this.context = context;
        this.samples = samples;
        this.original = original;
        this.settings = settings;
    }

    List<Widths.Option> of(List<Group> groups) throws ModelRefused {
        OutputError error = settings.sensitivitySamples() == 0
                ? null
                : new OutputError(context.runner(), original, samples, settings.sensitivitySamples());
        Map<Group, Set<LinearLayer>> layers = new LinkedHashMap<>();
        groups.forEach(group -> layers.put(
                group, group.consumers().stream().map(Group.Consumer::layer).collect(Collectors.toSet())));
        List<Widths.Option> options = new ArrayList<>();
        new MomentBatches(context.runner(), original, samples).forEach(layers, (batch, moments) -> {
            for (Group group : batch) {
                options.add(option(group, moments, error));
            }
        });
        return options;
    }

    private Widths.Option option(Group group, Map<LinearLayer, Moments> moments, @Nullable OutputError error)
            throws ModelRefused {
        GraphEditor graph = new GraphEditor(original);
        Elimination elimination = new Elimination(graph, group, moments, settings.criterion(), settings.ridge());
        List<Integer> counts = Widths.counts(group, settings);
        int most = counts.get(counts.size() - 1);
        int part = counts.stream()
                .filter(count -> count >= group.width() * MEASURED_SHARE)
                .findFirst()
                .orElse(most);
        elimination.run(part);
        double partly = factor(elimination, part, graph, moments, error);
        elimination.run(most);
        double fully = factor(elimination, most, new GraphEditor(original), moments, error);
        double[] losses = elimination.losses();
        for (int i = 0; i < losses.length; i++) {
            double way = most == part ? 0 : Math.min(1, Math.max(0, (double) (i - part) / (most - part)));
            losses[i] *= partly + way * (fully - partly);
        }
        return new Widths.Option(group, elimination.order(), losses);
    }

    /** What a loss of the layers behind counts for the outputs, by what is gone now; 1 if nothing is measured. */
    private static double factor(
            Elimination elimination,
            int gone,
            GraphEditor graph,
            Map<LinearLayer, Moments> moments,
            @Nullable OutputError error)
            throws ModelRefused {
        return error == null
                ? 1
                : error.of(changed(graph, elimination.weights(), moments))
                        / Math.max(elimination.losses()[gone], Double.MIN_NORMAL);
    }

    /** The model with other weights in some layers; biases keep the mean of what the layers give. */
    private static ModelProto changed(
            GraphEditor graph, Map<LinearLayer, DMatrixRMaj> weights, Map<LinearLayer, Moments> moments) {
        List<NodeProto> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            LinearLayer layer = LinearLayer.of(nodes.get(i), graph).orElse(null);
            DMatrixRMaj now = layer == null ? null : weights.get(layer);
            if (layer != null && now != null) {
                float[] before = layer.matrix(graph);
                float[] biases = layer.biases(graph);
                double[] mean = Objects.requireNonNull(moments.get(layer)).meanX();
                for (int o = 0; o < layer.outputs(); o++) {
                    for (int c = 0; c < layer.columns(); c++) {
                        biases[o] += (float) ((before[o * layer.columns() + c] - now.unsafe_get(o, c)) * mean[c]);
                    }
                }
                nodes.set(i, layer.with(graph, nodes.get(i), Matrices.floats(now), biases));
            }
        }
        return graph.build();
    }
}

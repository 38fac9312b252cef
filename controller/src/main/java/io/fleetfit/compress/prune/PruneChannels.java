package io.fleetfit.compress.prune;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSettings;
import io.fleetfit.compress.linear.Activations;
import io.fleetfit.compress.linear.LinearLayer;
import io.fleetfit.compress.linear.Reconstruction;
import io.fleetfit.compress.linear.Weights;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Structured pruning: whole channels go, so that what is left is a smaller dense model that every runtime runs faster. First
 * the channels that must go together are found, then the order in which each group's channels go and what that costs the
 * layers behind, then how many of each group go for the budget; at last the layers behind are fitted to the original.
 */
public final class PruneChannels implements CompressionPass {
    private final PruneSettings settings;

    /** With these settings; see {@code macs-cut}, {@code criterion}, {@code round-to}, {@code reconstruct} and the rest. */
    public PruneChannels(PassSettings settings) {
        this.settings = PruneSettings.of(settings);
    }

    @Override
    public String name() {
        return Analysis.PASS;
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) throws ModelRefused {
        Samples samples = context.requireCalibration(name());
        ModelProto original = graph.build();
        Map<String, long[]> shapes = Activations.shapes(original, context);
        Analysis analysis = Analysis.of(graph, shapes, context);
        List<Group> groups = Group.of(analysis).stream()
                .filter(group -> !Widths.counts(group, settings).isEmpty())
                .toList();
        if (groups.isEmpty()) {
            tell(
                    context,
                    "model",
                    "no channel can go: all stay for the reasons named, or widths are too small already");
            return;
        }
        List<Widths.Option> options = new Ranking(context, samples, original, settings).of(groups);
        long before = total(analysis, Set.of());
        Set<Integer> removed = new Widths(analysis, settings, options).choose(Math.round(before * settings.macsCut()));
        Cutter cutter = new Cutter(analysis, removed);
        List<Reconstruction.Fit> fits = fits(analysis, cutter, removed);
        report(context, groups, removed, before, total(analysis, removed));
        cutter.apply();
        if (settings.reconstruct() != Reconstruction.Scope.NONE) {
            new Reconstruction(context.runner(), original, samples, settings.ridge()).apply(graph, fits);
        }
        Weights.dropUnused(graph);
    }

    private static long total(Analysis analysis, Set<Integer> removed) {
        return analysis.layers().keySet().stream()
                .mapToLong(node -> analysis.macs(
                        node, atom -> removed.contains(analysis.channels().root(atom)) ? 0 : 1))
                .sum();
    }

    /** The layers to fit, from input to output. */
    private List<Reconstruction.Fit> fits(Analysis analysis, Cutter cutter, Set<Integer> removed) {
        Set<String> changed = new LinkedHashSet<>();
        List<Reconstruction.Fit> fits = new ArrayList<>();
        List<NodeProto> nodes = analysis.graph().nodes();
        for (int i = 0; i < nodes.size(); i++) {
            NodeProto node = nodes.get(i);
            boolean behind = node.getInputList().stream().anyMatch(changed::contains);
            LinearLayer layer = analysis.layers().get(i);
            boolean lost = node.getInputList().stream().anyMatch(input -> isCut(analysis, removed, input));
            if (behind || lost) {
                changed.addAll(node.getOutputList());
            }
            boolean wanted = settings.reconstruct() == Reconstruction.Scope.ALL
                    ? behind || lost
                    : lost && layer != null && layer.groups() == 1;
            if (layer != null && wanted) {
                int[] all = IntStream.range(0, layer.outputs()).toArray();
                fits.add(new Reconstruction.Fit(
                        layer.output(),
                        analysis.layout(layer.output()).map(cutter::kept).orElse(all)));
            }
        }
        return fits;
    }

    private static boolean isCut(Analysis analysis, Set<Integer> removed, String value) {
        return analysis.layout(value).stream()
                .flatMapToInt(layout -> Arrays.stream(layout.atoms()))
                .anyMatch(atom -> removed.contains(analysis.channels().root(atom)));
    }

    private void report(PassContext context, List<Group> groups, Set<Integer> removed, long before, long after) {
        double reached = 1 - (double) after / before;
        String widths = groups.stream()
                .filter(group -> group.classes().stream().anyMatch(removed::contains))
                .map(group -> group.width() + "→"
                        + (group.width()
                                - group.classes().stream()
                                        .filter(removed::contains)
                                        .count()))
                .collect(Collectors.joining(", "));
        String text =
                String.format(Locale.ROOT, "%.1f %% fewer multiply-accumulates; widths %s", reached * 100, widths);
        tell(context, "model", text);
        if (reached < settings.macsCut() * 0.95) {
            tell(
                    context,
                    "model",
                    String.format(
                            Locale.ROOT,
                            "the cut of %.0f %% was not reached: the other channels stay",
                            settings.macsCut() * 100));
        }
    }

    private void tell(PassContext context, String subject, String text) {
        context.findings().accept(new Finding(name(), subject, text));
    }
}

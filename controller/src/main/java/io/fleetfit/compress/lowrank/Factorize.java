package io.fleetfit.compress.lowrank;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSettings;
import io.fleetfit.compress.linear.Activations;
import io.fleetfit.compress.linear.LinearLayer;
import io.fleetfit.compress.linear.MomentBatches;
import io.fleetfit.compress.linear.Moments;
import io.fleetfit.compress.linear.OutputError;
import io.fleetfit.compress.linear.Reconstruction;
import io.fleetfit.compress.linear.Weights;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Low-rank decomposition: a layer becomes two or three smaller ones after one another, where that saves enough. With a
 * calibration set the error counts where inputs are (see {@link Decomposition}), the layers' losses are weighted by what they
 * do to the outputs, and the last factors are fitted to the original; without one the weights alone count.
 */
public final class Factorize implements CompressionPass {
    private static final String PASS = "factorize";

    private final FactorizeSettings settings;

    /** With these settings: one of {@code macs-cut}, {@code params-cut}, {@code energy}, {@code rank}, and the rest. */
    public Factorize(PassSettings settings) {
        this.settings = FactorizeSettings.of(settings);
    }

    @Override
    public String name() {
        return PASS;
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) throws ModelRefused {
        ModelProto original = graph.build();
        Map<String, long[]> shapes = Activations.shapes(original, context);
        List<Factorable> all = layers(graph, shapes, context);
        long total = all.stream().mapToLong(settings::cost).sum();
        List<Factorable> wanted = all.stream()
                .filter(layer -> layer.layer().groups() == 1)
                .filter(layer -> wants(graph, layer))
                .toList();
        Run run = new Run(context, original);
        Map<Ranks.Candidate, Option> chosen = new Ranks(settings, run.candidates(wanted)).choose(total);
        run.write(graph, chosen);
        if (context.calibration() != null && settings.reconstruct() != Reconstruction.Scope.NONE) {
            List<Reconstruction.Fit> fits = fits(graph, shapes.keySet(), chosen);
            new Reconstruction(context.runner(), original, context.calibration(), settings.ridge()).apply(graph, fits);
        }
        Weights.dropUnused(graph);
        report(context, all.size(), chosen, total);
    }

    private boolean wants(GraphEditor graph, Factorable layer) {
        return graph.nodes().stream()
                .filter(node -> node.getOutputList().contains(layer.layer().output()))
                .allMatch(node -> settings.wants(layer.name(), node.getOpType()));
    }

    private List<Factorable> layers(GraphEditor graph, Map<String, long[]> shapes, PassContext context) {
        List<Factorable> layers = new ArrayList<>();
        for (NodeProto node : graph.nodes()) {
            Optional<LinearLayer> layer = LinearLayer.of(node, graph);
            long[] in = layer.map(known -> shapes.get(known.input())).orElse(null);
            long[] out = layer.map(known -> shapes.get(known.output())).orElse(null);
            if (layer.isPresent() && in != null && out != null) {
                layers.add(Factorable.of(node, layer.get(), in, out));
                boolean grouped = layer.get().groups() > 1
                        && layer.get().groups() < layer.get().inputs();
                if (grouped) {
                    tell(context, node, "a convolution in groups stays as it is");
                }
            } else if (Set.of("Conv", "ConvTranspose", "Gemm").contains(node.getOpType())) {
                tell(
                        context,
                        node,
                        node.getOpType() + " in this form (transposed, scaled, with computed weights, or in three"
                                + " dimensions) stays as it is");
            }
        }
        return layers;
    }

    private void tell(PassContext context, NodeProto node, String text) {
        String name = node.getName().isEmpty() ? node.getOutput(0) : node.getName();
        context.findings().accept(new Finding(PASS, name, text));
    }

    /** The layers to fit, from input to output; values between factors are not among those that the original knows. */
    private List<Reconstruction.Fit> fits(GraphEditor graph, Set<String> known, Map<Ranks.Candidate, Option> chosen) {
        Set<String> factorised = chosen.keySet().stream()
                .map(candidate -> candidate.layer().layer().output())
                .collect(Collectors.toSet());
        Set<String> changed = new HashSet<>();
        List<Reconstruction.Fit> fits = new ArrayList<>();
        for (NodeProto node : graph.nodes()) {
            boolean own = factorised.contains(node.getOutput(0));
            boolean behind = node.getInputList().stream().anyMatch(changed::contains);
            if (own || behind) {
                changed.addAll(node.getOutputList());
            }
            Optional<LinearLayer> layer = LinearLayer.of(node, graph);
            boolean wanted = own || (behind && settings.reconstruct() == Reconstruction.Scope.ALL);
            if (layer.isPresent() && wanted && known.contains(node.getOutput(0))) {
                fits.add(new Reconstruction.Fit(
                        node.getOutput(0),
                        IntStream.range(0, layer.get().outputs()).toArray()));
            }
        }
        return fits;
    }

    private void report(PassContext context, int layers, Map<Ranks.Candidate, Option> chosen, long total) {
        long saved = chosen.entrySet().stream()
                .mapToLong(entry -> settings.cost(entry.getKey().layer()) - settings.cost(entry.getValue()))
                .sum();
        String what = settings.rule() == RankRule.PARAMETERS ? "weights" : "multiply-accumulates";
        String text = String.format(
                Locale.ROOT,
                "%d of %d layers factorised, %.1f %% fewer %s: %s",
                chosen.size(),
                layers,
                100.0 * saved / Math.max(1, total),
                what,
                chosen.entrySet().stream()
                        .map(entry -> entry.getKey().layer().name() + " " + entry.getValue())
                        .collect(Collectors.joining(", ")));
        context.findings().accept(new Finding(PASS, "model", text));
    }

    /** One application of the pass. */
    private final class Run {
        private final PassContext context;
        private final ModelProto original;

        Run(PassContext context, ModelProto original) {
            this.context = context;
            this.original = original;
        }

        /** Works on layers with their moments, batch by batch; without moments if there is no calibration set. */
        private void forEach(List<Factorable> layers, MomentBatches.Worker<Factorable> worker) throws ModelRefused {
            Samples samples = context.calibration();
            if (samples == null) {
                worker.work(layers, Map.of());
                return;
            }
            Map<Factorable, Set<LinearLayer>> needed = new LinkedHashMap<>();
            layers.forEach(layer -> needed.put(layer, Set.of(layer.layer())));
            new MomentBatches(context.runner(), original, samples).forEach(needed, worker);
        }

        List<Ranks.Candidate> candidates(List<Factorable> layers) throws ModelRefused {
            Samples samples = context.calibration();
            OutputError error = samples == null || settings.sensitivitySamples() == 0
                    ? null
                    : new OutputError(context.runner(), original, samples, settings.sensitivitySamples());
            List<Ranks.Candidate> candidates = new ArrayList<>();
            forEach(layers, (batch, moments) -> {
                for (Factorable layer : batch) {
                    candidate(layer, moments.get(layer.layer()), error).ifPresent(candidates::add);
                }
            });
            return candidates;
        }

        private Optional<Ranks.Candidate> candidate(
                Factorable layer, @Nullable Moments moments, @Nullable OutputError error) throws ModelRefused {
            GraphEditor graph = new GraphEditor(original);
            Map<Form, Decomposition> decompositions = decompositions(graph, layer, moments);
            long most = Math.round(settings.cost(layer) * (1 - settings.minGain()));
            List<Option> options = new ArrayList<>();
            decompositions.forEach((form, decomposition) -> layer.options(form, decomposition).stream()
                    .filter(option -> settings.cost(option) <= most)
                    .forEach(options::add));
            // What saves nothing beside another is left out: fewer steps to look at.
            List<Option> useful = options.stream()
                    .filter(option -> options.stream()
                            .noneMatch(other ->
                                    settings.cost(other) < settings.cost(option) && other.loss() <= option.loss()))
                    .sorted((a, b) -> Long.compare(settings.cost(a), settings.cost(b)))
                    .toList();
            if (useful.isEmpty()) {
                return Optional.empty();
            }
            double weight = 1;
            if (error != null) {
                Option middle = useful.get(useful.size() / 2);
                Factors.write(
                        graph,
                        layer.layer(),
                        middle,
                        Objects.requireNonNull(decompositions.get(middle.form())),
                        moments);
                weight = error.of(graph.build()) / Math.max(middle.loss(), 1e-9);
            }
            return Optional.of(new Ranks.Candidate(layer, useful, weight));
        }

        private Map<Form, Decomposition> decompositions(
                GraphEditor graph, Factorable layer, @Nullable Moments moments) {
            List<Form> forms =
                    layer.forms().stream().filter(settings.forms()::contains).toList();
            return layer.decompositions(graph, moments, settings.ridge() * 1e-2, forms);
        }

        void write(GraphEditor graph, Map<Ranks.Candidate, Option> chosen) throws ModelRefused {
            Map<Factorable, Option> options = new LinkedHashMap<>();
            chosen.forEach((candidate, option) -> options.put(candidate.layer(), option));
            forEach(List.copyOf(options.keySet()), (batch, moments) -> {
                for (Factorable layer : batch) {
                    Option option = Objects.requireNonNull(options.get(layer));
                    Moments seen = moments.get(layer.layer());
                    Decomposition decomposition = layer.decompositions(
                                    graph, seen, settings.ridge() * 1e-2, List.of(option.form()))
                            .get(option.form());
                    Factors.write(graph, layer.layer(), option, Objects.requireNonNull(decomposition), seen);
                }
            });
        }
    }
}

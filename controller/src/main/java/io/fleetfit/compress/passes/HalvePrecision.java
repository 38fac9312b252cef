package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSettings;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Halves;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.ValueType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Weights and activations in 16-bit floats; inputs and outputs of the model stay in 32, with casts at the borders, one for
 * each value that crosses. Operators that are sensitive to the range stay in 32 bits, as does arithmetic on sizes and what
 * has a constant beyond ±65504. With a calibration set, results that come near that bound are found and stay too. Setting
 * {@code float-operators}: the types that stay, in place of the built-in list.
 */
public final class HalvePrecision implements CompressionPass {
    private static final int SAMPLES = 16;

    /** Other inputs may give larger values than the calibration set. */
    private static final float LARGEST = Halves.MAX / 4;

    private final Set<String> floatOperators;

    /** Reads the settings. */
    public HalvePrecision(PassSettings settings) {
        List<String> given = settings.texts("float-operators");
        floatOperators = given.isEmpty() ? HalfOperators.RANGE_SENSITIVE : Set.copyOf(given);
    }

    @Override
    public String name() {
        return "halve-precision";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) throws ModelRefused {
        Map<String, ValueType> types = context.runner().types(graph.build());
        Set<String> overflowing =
                context.calibration() == null ? Set.of() : overflowing(graph, context.runner(), context.calibration());
        HalfChoice choice = new HalfChoice(graph, types, floatOperators, overflowing);
        Set<String> chosen = choice.choose();
        overflowing.stream().sorted().forEach(value -> context.findings()
                .accept(new Finding(name(), value, "stays in 32 bits: its values come near 65504")));
        tellWhatStays(graph, context, choice, chosen);
        HalfRewriting.apply(graph, choice, chosen);
    }

    private void tellWhatStays(GraphEditor graph, PassContext context, HalfChoice choice, Set<String> chosen) {
        Map<String, Long> staying = graph.nodes().stream()
                .filter(node ->
                        node.getOutputList().stream().anyMatch(choice::isFloat) && !chosen.contains(node.getOutput(0)))
                .collect(Collectors.groupingBy(NodeProto::getOpType, TreeMap::new, Collectors.counting()));
        staying.forEach((type, count) ->
                context.findings().accept(new Finding(name(), type, count + " of them stay in 32-bit floats")));
    }

    private static Set<String> overflowing(GraphEditor graph, GraphRunner runner, Samples samples) throws ModelRefused {
        Set<String> observed = new HashSet<>();
        graph.nodes().forEach(node -> observed.addAll(node.getOutputList()));
        observed.remove("");
        Set<String> found = new HashSet<>();
        try (GraphRunner.Loaded loaded = runner.load(graph.build(), observed)) {
            int seen = 0;
            for (Sample sample : samples) {
                if (++seen > SAMPLES) {
                    break;
                }
                for (Map.Entry<String, FloatTensor> value :
                        loaded.run(sample.inputs()).entrySet()) {
                    if (isLarge(value.getValue().data())) {
                        found.add(value.getKey());
                    }
                }
            }
        }
        return found;
    }

    private static boolean isLarge(float[] values) {
        for (float value : values) {
            if (!(Math.abs(value) <= LARGEST)) {
                return true;
            }
        }
        return false;
    }
}

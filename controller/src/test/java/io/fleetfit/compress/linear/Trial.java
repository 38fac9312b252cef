package io.fleetfit.compress.linear;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.Target;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.protocol.Digest;
import io.fleetfit.worker.OrtGraphRunner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model before and after a pass, and what the pass told. */
public record Trial(ModelProto before, ModelProto after, List<Finding> findings) {
    private static final OrtGraphRunner RUNNER = new OrtGraphRunner();

    /** Applies a pass with calibration samples; checks that a second time gives the same bytes. */
    public static Trial of(ModelProto model, String pass, Map<String, Object> settings, Samples samples)
            throws ModelRefused {
        Trial trial = once(model, pass, settings, samples);
        assertThat(once(model, pass, settings, samples).after().toByteArray())
                .isEqualTo(trial.after().toByteArray());
        return trial;
    }

    /** Applies a pass once. */
    public static Trial once(ModelProto model, String pass, Map<String, Object> settings, @Nullable Samples samples)
            throws ModelRefused {
        GraphEditor graph = new GraphEditor(model);
        List<Finding> findings = new ArrayList<>();
        PassCatalog.create(new PassSpec(pass, settings))
                .apply(graph, new PassContext(RUNNER, samples, Target.ANY, findings::add));
        return new Trial(model, graph.build(), findings);
    }

    /** Random samples of one shape for the input {@code x}. */
    public static Samples samples(int count, long... shape) {
        Random random = new Random(5);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(new Sample("s" + i, Map.of("x", random(random, shape)), null));
        }
        return new ListedSamples(samples);
    }

    private static FloatTensor random(Random random, long... shape) {
        int elements = 1;
        for (long side : shape) {
            elements *= (int) side;
        }
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new FloatTensor(shape, values);
    }

    /** The largest relative error of an output, over inputs that calibration did not see; shapes must be equal. */
    public double error(long... shape) throws ModelRefused {
        Random random = new Random(99);
        double worst = 0;
        try (var first = RUNNER.load(before, Set.of());
                var second = RUNNER.load(after, Set.of())) {
            for (int i = 0; i < 4; i++) {
                Map<String, FloatTensor> input = Map.of("x", random(random, shape));
                Map<String, FloatTensor> should = first.run(input);
                Map<String, FloatTensor> is = second.run(input);
                assertThat(is.keySet()).isEqualTo(should.keySet());
                for (Map.Entry<String, FloatTensor> output : should.entrySet()) {
                    FloatTensor other = Objects.requireNonNull(is.get(output.getKey()));
                    assertThat(other.shape()).isEqualTo(output.getValue().shape());
                    worst = Math.max(worst, relative(output.getValue().data(), other.data()));
                }
            }
        }
        return worst;
    }

    private static double relative(float[] should, float[] is) {
        double error = 0;
        double energy = 0;
        for (int i = 0; i < should.length; i++) {
            error += Math.pow(should[i] - (double) is[i], 2);
            energy += Math.pow(should[i], 2);
        }
        return Math.sqrt(error / energy);
    }

    /** Dimensions of the weights of the node that gives a value. */
    public List<Long> weightOf(String output) {
        return after.getGraph().getNodeList().stream()
                .filter(node -> node.getOutput(0).equals(output))
                .flatMap(node -> after.getGraph().getInitializerList().stream()
                        .filter(tensor -> tensor.getName().equals(node.getInput(1))))
                .map(TensorProto::getDimsList)
                .findFirst()
                .orElseThrow();
    }

    /** The changed model's weights by the original's. */
    public double weightsLeft() {
        return (double) weights(after) / weights(before);
    }

    private static long weights(ModelProto model) {
        return model.getGraph().getInitializerList().stream()
                .mapToLong(Tensors::elements)
                .sum();
    }

    private record ListedSamples(List<Sample> list) implements Samples {
        @Override
        public int count() {
            return list.size();
        }

        @Override
        public Digest digest() {
            return Digest.of("samples".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Iterator<Sample> iterator() {
            return list.iterator();
        }
    }
}

package io.fleetfit.compress.passes;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.Target;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.worker.OrtGraphRunner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** A model before and after passes, both run on the same random inputs. */
record BeforeAndAfter(ModelProto before, ModelProto after, List<Finding> findings) {
    private static final int SEEDS = 3;
    private static final GraphRunner RUNNER = new OrtGraphRunner();

    /** Applies passes in order, twice, and asserts that both times gave the same bytes. */
    static BeforeAndAfter of(ModelProto model, PassSpec... passes) throws ModelRefused {
        List<Finding> findings = new ArrayList<>();
        ModelProto once = apply(model, findings, passes);
        ModelProto twice = apply(model, new ArrayList<>(), passes);
        assertThat(twice.toByteArray()).isEqualTo(once.toByteArray());
        return new BeforeAndAfter(model, once, findings);
    }

    private static ModelProto apply(ModelProto model, List<Finding> findings, PassSpec... passes) throws ModelRefused {
        GraphEditor graph = new GraphEditor(model);
        PassContext context = new PassContext(RUNNER, null, Target.ANY, findings::add);
        for (PassSpec pass : passes) {
            PassCatalog.create(pass).apply(graph, context);
        }
        return graph.build();
    }

    /** Asserts that no output differs by more than {@code tolerance} times its largest value. */
    BeforeAndAfter answersAlike(double tolerance) throws ModelRefused {
        assertThat(largestDifference()).isLessThanOrEqualTo(tolerance);
        return this;
    }

    /** The largest difference of an output as a share of the largest value of it; shapes must be equal. */
    double largestDifference() throws ModelRefused {
        double largest = 0;
        try (GraphRunner.Loaded first = RUNNER.load(before, Set.of());
                GraphRunner.Loaded second = RUNNER.load(after, Set.of())) {
            for (int seed = 0; seed < SEEDS; seed++) {
                Map<String, FloatTensor> inputs = inputs(seed);
                Map<String, FloatTensor> expected = first.run(inputs);
                Map<String, FloatTensor> actual = second.run(inputs);
                assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
                for (Map.Entry<String, FloatTensor> output : expected.entrySet()) {
                    FloatTensor other = Objects.requireNonNull(actual.get(output.getKey()));
                    assertThat(other.shape())
                            .as(output.getKey())
                            .isEqualTo(output.getValue().shape());
                    largest = Math.max(largest, difference(output.getValue().data(), other.data()));
                }
            }
        }
        return largest;
    }

    private static double difference(float[] expected, float[] actual) {
        double most = 1e-6;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            if (Float.isFinite(expected[i])) {
                most = Math.max(most, Math.abs(expected[i]));
                largest = Math.max(largest, Math.abs((double) expected[i] - actual[i]));
            } else {
                assertThat(actual[i]).isEqualTo(expected[i]);
            }
        }
        return largest / most;
    }

    private Map<String, FloatTensor> inputs(int seed) {
        Random random = new Random(seed);
        Set<String> weights = new HashSet<>();
        before.getGraph().getInitializerList().forEach(tensor -> weights.add(tensor.getName()));
        Map<String, FloatTensor> inputs = new HashMap<>();
        for (ValueInfoProto input : before.getGraph().getInputList()) {
            if (!weights.contains(input.getName())) {
                inputs.put(input.getName(), input(random, input, 1 + seed));
            }
        }
        return inputs;
    }

    private static FloatTensor input(Random random, ValueInfoProto input, int open) {
        List<TensorShapeProto.Dimension> dims =
                input.getType().getTensorType().getShape().getDimList();
        long[] shape = new long[dims.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = dims.get(i).hasDimValue() ? dims.get(i).getDimValue() : open;
        }
        float[] data = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        boolean isBool = input.getType().getTensorType().getElemType() == TensorProto.DataType.BOOL.getNumber();
        for (int i = 0; i < data.length; i++) {
            data[i] = isBool ? random.nextInt(2) : (float) random.nextGaussian();
        }
        return new FloatTensor(shape, data);
    }

    /** Types of the nodes afterwards, in order. */
    List<String> types() {
        return after.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
    }
}

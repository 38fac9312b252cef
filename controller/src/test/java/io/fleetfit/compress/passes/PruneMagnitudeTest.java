package io.fleetfit.compress.passes;

import static io.fleetfit.onnx.TestGraph.ints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.onnx.TestGraph;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PruneMagnitudeTest {
    /** One matrix of ordinary and one of ten times larger weights; sizes that no byte divides. */
    private static ModelProto model() {
        TestGraph graph = new TestGraph(13)
                .input("x", 1, 3, 9, 9)
                .output("y")
                .weights("w1", 33, 3, 5, 5)
                .weights("w2", 33, 301)
                .node("Conv", "x w1", "c", ints("strides", 2, 2))
                .node("GlobalAveragePool", "c", "p")
                .node("Flatten", "p", "f")
                .node("MatMul", "f w2", "y");
        GraphEditor editor = new GraphEditor(graph.model());
        TensorProto w1 = editor.initializer("w1").orElseThrow();
        float[] values = Tensors.floats(w1);
        for (int i = 0; i < values.length; i++) {
            values[i] *= 10;
        }
        editor.put(Tensors.ofFloats("w1", w1.getDimsList(), values));
        return editor.build();
    }

    /** The model with zeros where the smallest weights were, found by sorting. */
    private static ModelProto zeroed(ModelProto model, double sparsity, boolean global) {
        GraphEditor editor = new GraphEditor(model);
        float[] all = concat(
                Tensors.floats(editor.initializer("w1").orElseThrow()),
                Tensors.floats(editor.initializer("w2").orElseThrow()));
        for (TensorProto tensor : editor.initializers()) {
            float[] values = Tensors.floats(tensor);
            float threshold = threshold(global ? all : values, sparsity);
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.abs(values[i]) <= threshold ? 0 : values[i];
            }
            editor.put(Tensors.ofFloats(tensor.getName(), tensor.getDimsList(), values));
        }
        return editor.build();
    }

    private static float[] concat(float[] first, float[] second) {
        float[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static float threshold(float[] values, double sparsity) {
        float[] sorted = new float[values.length];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = Math.abs(values[i]);
        }
        Arrays.sort(sorted);
        return sorted[(int) Math.round(values.length * sparsity) - 1];
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, tensor, float, 1e-6, 0.56",
        "0.8, tensor, float, 1e-6, 0.27",
        "0.7, global, float, 1e-6, 0.37",
        "0.7, tensor, half, 2e-3, 0.23"
    })
    void the_smallest_weights_are_zero_and_take_no_place(
            double sparsity, String scope, String values, double tolerance, double size) throws Exception {
        ModelProto model = model();
        PassSpec pass = new PassSpec("prune-magnitude", Map.of("sparsity", sparsity, "scope", scope, "values", values));

        BeforeAndAfter pruned = BeforeAndAfter.of(model, pass);

        new BeforeAndAfter(zeroed(model, sparsity, scope.equals("global")), pruned.after(), List.of())
                .answersAlike(tolerance);
        // Names and the nodes that expand take 3 kB of this small file.
        assertThat(pruned.after().getSerializedSize() - 3_000).isLessThan((int) (model.getSerializedSize() * size));
        long zeros = scope.equals("global")
                ? Math.round(12_408 * sparsity)
                : Math.round(2_475 * sparsity) + Math.round(9_933 * sparsity);
        assertThat(pruned.findings()).hasSize(1);
        assertThat(pruned.findings().get(0).text()).startsWith(zeros + " of 12408 weights are zero");
    }

    @Test
    void the_runtime_folds_what_expands_the_weights(@TempDir Path folder) throws Exception {
        ModelProto pruned =
                BeforeAndAfter.of(model(), PassSpec.of("prune-magnitude")).after();
        Path optimized = folder.resolve("optimized.onnx");

        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizedModelFilePath(optimized.toString());
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
            OrtEnvironment.getEnvironment()
                    .createSession(pruned.toByteArray(), options)
                    .close();
        }

        assertThat(ModelProto.parseFrom(Files.readAllBytes(optimized))
                        .getGraph()
                        .getNodeList())
                .extracting(NodeProto::getOpType)
                .doesNotContain("CumSum", "BitShift", "Where", "Gather");
    }

    @Test
    void a_tensor_that_would_not_shrink_stays_dense() throws Exception {
        BeforeAndAfter pruned = BeforeAndAfter.of(model(), new PassSpec("prune-magnitude", Map.of("sparsity", 0.01)));

        assertThat(pruned.types()).containsExactly("Conv", "GlobalAveragePool", "Flatten", "MatMul");
    }

    @Test
    void cuts_exactly_as_many_as_asked_the_first_of_equal_ones_first() {
        Random random = new Random(5);
        float[] values = new float[1_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (random.nextInt(40) - 20) / 7f;
        }
        for (int count : new int[] {0, 1, 17, 500, 999, 1_000}) {
            List<Supplier<float[]>> numbers = List.of(() -> values);
            MagnitudeCut cut = MagnitudeCut.of(numbers, count);
            int cutOff = 0;
            float largestCut = 0;
            float smallestKept = Float.MAX_VALUE;
            for (int i = 0; i < values.length; i++) {
                if (cut.cuts(values[i])) {
                    cutOff++;
                    largestCut = Math.max(largestCut, Math.abs(values[i]));
                } else {
                    smallestKept = Math.min(smallestKept, Math.abs(values[i]));
                }
            }
            assertThat(cutOff).isEqualTo(count);
            assertThat(largestCut).isLessThanOrEqualTo(smallestKept + 0f);
        }
    }

    @Test
    void asks_for_a_newer_opset() {
        TestGraph graph = new TestGraph(9)
                .input("x", 1, 16)
                .output("y")
                .weights("w", 16, 16)
                .node("MatMul", "x w", "y");

        assertThatThrownBy(() -> BeforeAndAfter.of(graph.model(), PassSpec.of("prune-magnitude")))
                .isInstanceOfSatisfying(ModelRefused.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ModelRefused.Code.NOT_COMPRESSIBLE))
                .hasMessageContaining("upgrade-opset");
    }
}

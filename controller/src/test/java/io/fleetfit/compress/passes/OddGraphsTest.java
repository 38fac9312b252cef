package io.fleetfit.compress.passes;

import static io.fleetfit.onnx.TestGraph.graph;
import static io.fleetfit.onnx.TestGraph.integer;
import static io.fleetfit.onnx.TestGraph.ints;
import static io.fleetfit.onnx.TestGraph.real;
import static io.fleetfit.onnx.TestGraph.reals;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.onnx.TestGraph;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pass, alone and among the others, on graphs that are out of the ordinary: each answers as before. */
class OddGraphsTest {
    /** Without a data set; magnitudes are pruned by so little that answers stay alike. */
    private static final Map<String, PassSpec> SETTINGS =
            Map.of("prune-magnitude", new PassSpec("prune-magnitude", Map.of("sparsity", 0.02)));

    private static final Set<String> PASSES = Set.of(
            "constants-to-initializers",
            "drop-unused",
            "fold-batch-normalization",
            "fold-constants",
            "fold-scales",
            "halve-precision",
            "merge-branches",
            "prune-magnitude",
            "quantize-dynamic",
            "store-as-halves",
            "store-as-int8",
            "upgrade-opset",
            "weights-int4",
            "weights-int8");

    private static final List<String> CLEANING = List.of(
            "upgrade-opset",
            "constants-to-initializers",
            "fold-constants",
            "fold-batch-normalization",
            "fold-scales",
            "merge-branches");

    static Stream<Arguments> all() {
        Map<String, ModelProto> graphs = Map.of(
                "shared weights", shared().model(),
                "captured by If", captured().model(),
                "captured by Loop", loop().model(),
                "captured by Scan", scan().model(),
                "quantized already", quantized().model(),
                "outputs of all kinds", outputs().model(),
                "values in typed fields", typedFields(shared().model()),
                "64 bits", inType(doubles(), DataType.DOUBLE),
                "16 bits", inType(halves(), DataType.FLOAT16),
                "nothing", nothing().model());
        return graphs.entrySet().stream().sorted(Map.Entry.comparingByKey()).flatMap(entry -> PASSES.stream()
                .sorted()
                .map(pass -> Arguments.of(entry.getKey(), pass, entry.getValue())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("all")
    void every_pass_leaves_the_answers_alike(String name, String pass, ModelProto model) throws Exception {
        PassSpec last = SETTINGS.getOrDefault(pass, PassSpec.of(pass));
        List<PassSpec> chain = new ArrayList<>();
        CLEANING.forEach(each -> chain.add(PassSpec.of(each)));
        chain.add(last);
        chain.add(PassSpec.of("drop-unused"));
        double tolerance = tolerance(pass);

        BeforeAndAfter.of(model, last).answersAlike(tolerance);
        BeforeAndAfter.of(model, chain.toArray(PassSpec[]::new)).answersAlike(tolerance);
    }

    private static double tolerance(String pass) {
        return switch (pass) {
            case "weights-int4" -> 0.25;
            case "weights-int8", "store-as-int8", "quantize-dynamic", "prune-magnitude" -> 0.06;
            case "halve-precision", "store-as-halves" -> 1e-2;
            default -> 2e-3;
        };
    }

    @Test
    void no_pass_is_forgotten_here() {
        assertThat(PassCatalog.names()).containsAll(PASSES);
    }

    private static TestGraph normalized(TestGraph graph, String in, String out, int channels) {
        return graph.positive(out + ".g", channels)
                .weights(out + ".b", channels)
                .weights(out + ".m", channels)
                .positive(out + ".v", channels)
                .node("BatchNormalization", in + " " + out + ".g " + out + ".b " + out + ".m " + out + ".v", out);
    }

    /** One weight in two convolutions and one matrix in three products, once transposed; an open batch. */
    private static TestGraph shared() {
        TestGraph graph = new TestGraph(13)
                .input("x", -1, 8, 6, 6)
                .output("y")
                .output("z")
                .weights("w", 8, 8, 3, 3)
                .weights("m", 36, 36)
                .longs("rows", 0, 8, 36)
                .longs("flat", -1, 36)
                .node("Conv", "x w", "a", ints("pads", 1, 1, 1, 1));
        return normalized(graph, "a", "n", 8)
                .node("Conv", "n w", "b", ints("pads", 1, 1, 1, 1))
                .node("Reshape", "b rows", "r")
                .node("MatMul", "r m", "p")
                .node("MatMul", "p m", "y")
                .node("Reshape", "p flat", "f")
                .node("Gemm", "f m", "z", integer("transB", 1), real("alpha", 0.5f));
    }

    private static TestGraph captured() {
        TestGraph then = new TestGraph(13).output("t").node("MatMul", "h m", "t");
        TestGraph otherwise = new TestGraph(13)
                .output("e")
                .weights("inner", 32, 32)
                .node("MatMul", "h inner", "e1")
                .node("Mul", "e1 k", "e");
        return new TestGraph(13)
                .input("x", -1, 32)
                .input("go", DataType.BOOL)
                .output("y")
                .weights("m", 32, 32)
                .node("Constant", "", "k", real("value_float", 0.5f))
                .node("MatMul", "x m", "h")
                .node("If", "go", "i", graph("then_branch", then.graph()), graph("else_branch", otherwise.graph()))
                .node("Relu", "i", "y");
    }

    private static TestGraph loop() {
        TestGraph body = new TestGraph(13)
                .input("i", DataType.INT64)
                .input("on", DataType.BOOL)
                .input("state", 2, 32)
                .output("still", DataType.BOOL)
                .output("next")
                .output("seen")
                .node("Identity", "on", "still")
                .node("MatMul", "state m", "product")
                .node("Add", "product h", "next")
                .node("ReduceMean", "next", "seen", integer("keepdims", 0));
        return new TestGraph(13)
                .input("x", 2, 32)
                .output("y")
                .output("s")
                .weights("m", 32, 32)
                .tensor(Tensors.ofLongs("count", List.of(), 3))
                .node("MatMul", "x m", "h")
                .node("Loop", "count - h", "y s", graph("body", body.graph()));
    }

    private static TestGraph scan() {
        TestGraph body = new TestGraph(13)
                .input("state", 32)
                .input("item", 32)
                .output("next")
                .output("out")
                .node("Add", "state item", "sum")
                .node("MatMul", "sum m", "next")
                .node("Mul", "next h", "out");
        return new TestGraph(13)
                .input("x", 3, 32)
                .output("y")
                .output("z")
                .weights("m", 32, 32)
                .weights("start", 32)
                .weights("one", 1, 32)
                .longs("row", 32)
                .node("MatMul", "one m", "h1")
                .node("Reshape", "h1 row", "h")
                .node("Scan", "start x", "y z", integer("num_scan_inputs", 1), graph("body", body.graph()));
    }

    private static TestGraph quantized() {
        TensorProto zero = Tensors.ofUnsignedBytes("zero", List.of(), new byte[] {(byte) 128});
        byte[] weights = new byte[32 * 32];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (i * 37 % 255 - 127);
        }
        return new TestGraph(13)
                .input("x", -1, 32)
                .output("y")
                .tensor(Tensors.ofFloats("scale", List.of(), new float[] {0.03f}))
                .tensor(zero)
                .tensor(Tensors.ofBytes("w", List.of(32L, 32L), weights))
                .tensor(Tensors.ofFloats("ws", List.of(), new float[] {0.002f}))
                .tensor(Tensors.ofBytes("wz", List.of(), new byte[1]))
                .node("QuantizeLinear", "x scale zero", "q")
                .node("DequantizeLinear", "q scale zero", "d")
                .node("DequantizeLinear", "w ws wz", "wd")
                .node("MatMul", "d wd", "y");
    }

    /** An output that is an initializer, one that is a constant, one that other nodes use, one that two nodes lead to. */
    private static TestGraph outputs() {
        return new TestGraph(13)
                .input("x", -1, 32)
                .output("w")
                .output("c")
                .output("h")
                .output("y")
                .weights("w", 32, 32)
                .weights("k", 1, 32)
                .weights("dead", 40, 40)
                .node("Constant", "", "c", reals("value_floats", 1, 2, 3))
                .node("MatMul", "x w", "h")
                .node("Mul", "h k", "s")
                .node("Neg", "dead", "deader")
                .node("Abs", "deader", "deadest")
                .node("Identity", "s", "y");
    }

    /** Weights not as raw bytes but in the field of their type. */
    private static ModelProto typedFields(ModelProto model) {
        GraphEditor editor = new GraphEditor(model);
        for (TensorProto tensor : editor.initializers()) {
            if (Tensors.isFloat(tensor)) {
                TensorProto.Builder typed = tensor.toBuilder().clearRawData();
                for (float value : Tensors.floats(tensor)) {
                    typed.addFloatData(value);
                }
                editor.put(typed.build());
            }
        }
        return editor.build();
    }

    private static TestGraph doubles() {
        TestGraph graph = new TestGraph(13)
                .input("x", DataType.DOUBLE, 4, 32)
                .output("y", DataType.DOUBLE)
                .weights("w", 32, 32)
                .weights("b", 32)
                .weights("m", 32, 32)
                .positive("k", 1, 32)
                .node("Gemm", "x w b", "a");
        return normalized(graph, "a", "n", 32).node("Mul", "n k", "s").node("MatMul", "s m", "y");
    }

    private static TestGraph halves() {
        TestGraph graph = new TestGraph(13)
                .input("x", DataType.FLOAT16, 2, 8, 6, 6)
                .output("y", DataType.FLOAT16)
                .weights("w", 8, 8, 3, 3)
                .weights("v", 8, 8, 1, 1)
                .weights("m", 8, 40)
                .positive("k", 1, 8, 1, 1)
                .node("Conv", "x w", "a", ints("pads", 1, 1, 1, 1));
        return normalized(graph, "a", "n", 8)
                .node("Conv", "x v", "b")
                .node("Add", "n b", "s")
                .node("Mul", "s k", "t")
                .node("GlobalAveragePool", "t", "g")
                .node("Flatten", "g", "f")
                .node("MatMul", "f m", "y");
    }

    private static ModelProto inType(TestGraph graph, DataType type) {
        GraphEditor editor = new GraphEditor(graph.model());
        for (TensorProto tensor : editor.initializers()) {
            editor.put(Tensors.ofReals(tensor.getName(), tensor.getDimsList(), type, Tensors.reals(tensor)));
        }
        return editor.build();
    }

    /** Tensors without elements. */
    private static TestGraph nothing() {
        return new TestGraph(13)
                .input("x", 2, 32)
                .output("y")
                .output("e")
                .weights("w", 32, 32)
                .tensor(Tensors.ofFloats("none", List.of(2L, 0L), new float[0]))
                .tensor(Tensors.ofFloats("empty", List.of(0L, 4L), new float[0]))
                .node("MatMul", "x w", "h")
                .node("Concat", "h none", "y", integer("axis", 1))
                .node("MatMul", "none empty", "e");
    }

    @Test
    void weights_that_are_no_numbers_stay_and_are_named() throws Exception {
        float[] values = new float[32 * 32];
        values[7] = Float.NaN;
        values[9] = Float.POSITIVE_INFINITY;
        TestGraph graph = new TestGraph(13)
                .input("x", 2, 32)
                .output("y")
                .tensor(Tensors.ofFloats("w", List.of(32L, 32L), values))
                .node("MatMul", "x w", "y");

        for (String pass : List.of("store-as-int8", "weights-int8", "weights-int4", "quantize-dynamic")) {
            BeforeAndAfter after = BeforeAndAfter.of(graph.model(), PassSpec.of(pass));

            assertThat(after.types()).as(pass).containsExactly("MatMul");
            assertThat(after.findings()).as(pass).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("realModels")
    void a_real_model_answers_as_before(String pass, double tolerance) throws Exception {
        ModelProto model;
        try (InputStream in = getClass().getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            model = fixedSize(ModelProto.parseFrom(Objects.requireNonNull(in)));
        }
        List<PassSpec> chain = new ArrayList<>();
        CLEANING.forEach(each -> chain.add(PassSpec.of(each)));
        chain.add(PassSpec.of(pass));
        chain.add(PassSpec.of("drop-unused"));

        BeforeAndAfter after =
                BeforeAndAfter.of(model, chain.toArray(PassSpec[]::new)).answersAlike(tolerance);

        assertThat(after.types()).doesNotContain("BatchNormalization", "Constant");
        assertThat(after.types().size()).isLessThan(model.getGraph().getNodeCount() / 2);
    }

    static Stream<Arguments> realModels() {
        return Stream.of(
                Arguments.of("merge-branches", 1e-4),
                Arguments.of("halve-precision", 2e-2),
                Arguments.of("quantize-dynamic", 5e-2));
    }

    private static ModelProto fixedSize(ModelProto model) {
        ModelProto.Builder fixed = model.toBuilder();
        long[] dims = {1, 3, 48, 192};
        for (int i = 0; i < dims.length; i++) {
            fixed.getGraphBuilder()
                    .getInputBuilder(0)
                    .getTypeBuilder()
                    .getTensorTypeBuilder()
                    .getShapeBuilder()
                    .getDimBuilder(i)
                    .clearDimParam()
                    .setDimValue(dims[i]);
        }
        return fixed.build();
    }
}

package io.fleetfit.compress.passes;

import static io.fleetfit.onnx.TestGraph.graph;
import static io.fleetfit.onnx.TestGraph.integer;
import static io.fleetfit.onnx.TestGraph.ints;
import static io.fleetfit.onnx.TestGraph.text;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.Target;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.SmallModels;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.onnx.TestGraph;
import io.fleetfit.protocol.Digest;
import io.fleetfit.worker.OrtGraphRunner;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HalvePrecisionTest {
    private static final PassSpec HALVE = PassSpec.of("halve-precision");

    @Test
    void computes_in_16_bits_between_casts_at_the_borders() throws Exception {
        BeforeAndAfter after = BeforeAndAfter.of(SmallModels.network(), HALVE, PassSpec.of("drop-unused"))
                .answersAlike(5e-3);

        assertThat(after.types()).filteredOn("Cast"::equals).hasSize(2);
        assertThat(after.types()).first().isEqualTo("Cast");
        assertThat(after.types()).last().isEqualTo("Cast");
        assertThat(after.after().getGraph().getInitializerList())
                .allMatch(tensor -> tensor.getDataType() == DataType.FLOAT16.getNumber());
        assertThat(after.after().getGraph().getInput(0))
                .isEqualTo(after.before().getGraph().getInput(0));
    }

    @Test
    void range_sensitive_operators_stay_unless_told_otherwise() throws Exception {
        ModelProto model = attention().model();

        BeforeAndAfter careful = BeforeAndAfter.of(model, HALVE).answersAlike(5e-3);
        BeforeAndAfter bold = BeforeAndAfter.of(
                        model, new PassSpec("halve-precision", Map.of("float-operators", List.of("Exp"))))
                .answersAlike(2e-2);

        assertThat(careful.findings())
                .contains(new Finding("halve-precision", "Softmax", "1 of them stay in 32-bit floats"));
        assertThat(careful.types()).filteredOn("Cast"::equals).hasSize(4);
        assertThat(bold.types()).filteredOn("Cast"::equals).hasSize(2);
    }

    private static TestGraph attention() {
        return new TestGraph(13)
                .input("x", 1, 6, 16)
                .output("y")
                .weights("q", 16, 16)
                .weights("k", 16, 16)
                .node("MatMul", "x q", "a")
                .node("MatMul", "x k", "b")
                .node("Transpose", "b", "t", ints("perm", 0, 2, 1))
                .node("MatMul", "a t", "s")
                .node("Softmax", "s", "p", integer("axis", -1))
                .node("MatMul", "p a", "y");
    }

    @Test
    void large_and_tiny_constants_stay() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 2, 4)
                .output("y")
                .output("z")
                .floats("large", 1e6f)
                .floats("tiny", 1e-12f)
                .node("Mul", "x large", "y")
                .node("Relu", "x", "r")
                .node("Sub", "r r", "zero")
                .node("Add", "zero tiny", "guard")
                .node("Div", "x guard", "z");

        assertThat(BeforeAndAfter.of(
                                graph.model(),
                                new PassSpec("halve-precision", Map.of("float-operators", List.of("Div"))))
                        .answersAlike(1e-3)
                        .types())
                .contains("Mul", "Add");
    }

    @Test
    void sizes_stay_exact() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 1, 1, 1, 2049)
                .output("y")
                .longs("three", 3)
                .longs("four", 4)
                .longs("head", 1, 1, 1)
                .floats("two", 2)
                .floats("none")
                .node("Shape", "x", "s")
                .node("Slice", "s three four", "w")
                .node("Cast", "w", "wf", integer("to", DataType.FLOAT.getNumber()))
                .node("Mul", "wf two", "w2")
                .node("Cast", "w2", "wi", integer("to", DataType.INT64.getNumber()))
                .node("Concat", "head wi", "to", integer("axis", 0))
                .node("Sigmoid", "x", "g")
                .node("Resize", "g none none to", "y", text("mode", "nearest"));

        BeforeAndAfter.of(graph.model(), HALVE).answersAlike(5e-3);
    }

    @Test
    void inner_graphs_find_their_values() throws Exception {
        TestGraph then = new TestGraph(13).output("t").node("Mul", "h w", "t");
        TestGraph otherwise = new TestGraph(13).output("e").node("Neg", "h", "e");
        TestGraph graph = new TestGraph(13)
                .input("x", 2, 3)
                .input("go", DataType.BOOL)
                .output("y")
                .output("h")
                .weights("w", 2, 3)
                .node("Mul", "x w", "h")
                .node("If", "go", "i", graph("then_branch", then.graph()), graph("else_branch", otherwise.graph()))
                .node("Tanh", "i", "y");

        BeforeAndAfter.of(graph.model(), HALVE).answersAlike(5e-3);
    }

    @Test
    void quantized_parts_stay_as_they_are() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 1, 4)
                .output("y")
                .tensor(scalar("s", 0.05f))
                .tensor(TensorProto.newBuilder()
                        .setName("z")
                        .setDataType(DataType.UINT8.getNumber())
                        .addInt32Data(128)
                        .build())
                .weights("w", 4, 4)
                .node("QuantizeLinear", "x s z", "q")
                .node("DequantizeLinear", "q s z", "d")
                .node("MatMul", "d w", "y");

        assertThat(BeforeAndAfter.of(graph.model(), HALVE).answersAlike(0).types())
                .containsExactly("QuantizeLinear", "DequantizeLinear", "MatMul");
    }

    private static TensorProto scalar(String name, float value) {
        return Tensors.ofFloats(name, List.of(), new float[] {value});
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 9, 11, 13, 17, 21})
    void is_right_in_every_opset(int opset) throws Exception {
        TestGraph graph = new TestGraph(opset)
                .input("x", 2, 4, 6, 6)
                .output("y")
                .weights("w", 4, 4, 3, 3)
                .positive("g", 4)
                .weights("b", 4)
                .weights("m", 4)
                .positive("v", 4)
                .node("Conv", "x w", "c")
                .node("BatchNormalization", "c g b m v", "n")
                .node("Concat", "n c", "k", integer("axis", 1))
                .node("AveragePool", "k", "p", ints("kernel_shape", 2, 2))
                .node("GlobalAveragePool", "p", "a")
                .node("Flatten", "a", "y");

        BeforeAndAfter.of(graph.model(), HALVE).answersAlike(1e-2);
    }

    @Test
    void a_calibration_set_finds_results_that_would_overflow() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 1, 2)
                .output("y")
                .floats("k", 300)
                .floats("small", 0.001f)
                .node("Mul", "x k", "a")
                .node("Mul", "a k", "b")
                .node("Mul", "b small", "y");
        List<Finding> findings = new ArrayList<>();
        GraphEditor editor = new GraphEditor(graph.model());

        PassCatalog.create(HALVE)
                .apply(editor, new PassContext(new OrtGraphRunner(), ones(), Target.ANY, findings::add));

        assertThat(findings).extracting(Finding::subject).contains("b").doesNotContain("a");
        assertThat(editor.build().getGraph().getNodeList())
                .anySatisfy(node -> assertThat(node.getOutputList()).containsExactly("b"));
    }

    private static Samples ones() {
        return new Samples() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public Digest digest() {
                return Digest.of(new byte[0]);
            }

            @Override
            public Iterator<Sample> iterator() {
                FloatTensor x = new FloatTensor(new long[] {1, 2}, new float[] {1, -1});
                return List.of(new Sample("one", Map.of("x", x), null)).iterator();
            }
        };
    }
}

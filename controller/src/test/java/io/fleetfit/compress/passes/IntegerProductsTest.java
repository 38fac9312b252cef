package io.fleetfit.compress.passes;

import static io.fleetfit.onnx.TestGraph.graph;
import static io.fleetfit.onnx.TestGraph.integer;
import static io.fleetfit.onnx.TestGraph.real;
import static io.fleetfit.onnx.TestGraph.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.TestGraph;
import io.fleetfit.registry.Invalid;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with weights in 8 and 4 bits. */
class IntegerProductsTest {
    private static final PassSpec DYNAMIC = PassSpec.of("quantize-dynamic");

    /** A shared matrix, a transposed one with a bias and a factor, an odd number of rows, an open batch. */
    private static TestGraph products() {
        return new TestGraph(13)
                .input("x", -1, 3, 67)
                .output("y")
                .weights("w", 67, 67)
                .weights("v", 20, 201)
                .weights("b", 20)
                .node("MatMul", "x w", "a")
                .node("Relu", "a", "r")
                .node("MatMul", "r w", "c")
                .node("Flatten", "c", "f")
                .node("Gemm", "f v b", "y", integer("transB", 1), real("alpha", 0.5f));
    }

    @ParameterizedTest
    @CsvSource({
        "8, 32, true, 0, 0.02",
        "8, 64, false, 0, 0.02",
        "8, 128, true, 4, 0.03",
        "4, 16, true, 0, 0.2",
        "4, 32, false, 0, 0.2",
        "4, 32, true, 4, 0.2",
        "4, 128, false, 4, 0.25"
    })
    void weights_take_few_bits(int bits, int block, boolean symmetric, int accuracy, double tolerance)
            throws Exception {
        PassSpec pass = new PassSpec(
                "weights-int" + bits, Map.of("block", block, "symmetric", symmetric, "accuracy", accuracy));

        BeforeAndAfter after = BeforeAndAfter.of(products().model(), pass).answersAlike(tolerance);

        assertThat(after.types())
                .containsExactly("MatMulNBits", "Relu", "MatMulNBits", "Flatten", "MatMulNBits", "Add");
        assertThat((double) after.after().getSerializedSize())
                .isLessThan(after.before().getSerializedSize() * (bits + 8) / 32.0);
        assertThat(after.largestDifference()).isPositive();
    }

    @Test
    void a_block_is_a_power_of_two() {
        assertThatThrownBy(() -> PassCatalog.create(new PassSpec("weights-int4", Map.of("block", 48))))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("power of two");
    }

    @Test
    void activations_get_their_scale_when_the_model_runs() throws Exception {
        BeforeAndAfter after = BeforeAndAfter.of(products().model(), DYNAMIC).answersAlike(0.05);

        assertThat(after.types()).contains("MatMulInteger").doesNotContain("MatMul", "Gemm");
        assertThat(after.types()).filteredOn("DynamicQuantizeLinear"::equals).hasSize(3);
        assertThat((double) after.after().getSerializedSize())
                .isLessThan(after.before().getSerializedSize() * 0.35);
    }

    @Test
    void an_activation_is_quantized_once_for_all_its_products() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 4, 32)
                .output("y")
                .weights("q", 32, 16)
                .weights("k", 32, 16)
                .node("MatMul", "x q", "a")
                .node("MatMul", "x k", "b")
                .node("Mul", "a b", "y");

        assertThat(BeforeAndAfter.of(graph.model(), DYNAMIC).answersAlike(0.05).types())
                .containsOnlyOnce("DynamicQuantizeLinear");
    }

    @ParameterizedTest
    @CsvSource({"forward, 1", "bidirectional, 2"})
    void an_lstm_runs_in_integers(String direction, int directions) throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 5, 2, 12)
                .output("y")
                .output("last")
                .weights("w", directions, 64, 12)
                .weights("r", directions, 64, 16)
                .weights("b", directions, 128)
                .node("LSTM", "x w r b", "y last", integer("hidden_size", 16), text("direction", direction));

        BeforeAndAfter after = BeforeAndAfter.of(graph.model(), DYNAMIC).answersAlike(0.05);

        assertThat(after.types()).containsExactly("DynamicQuantizeLSTM");
        assertThat(after.largestDifference()).isPositive();
    }

    @Test
    void names_what_stays_in_floats() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 5, 2, 12)
                .output("y")
                .output("z")
                .weights("w", 1, 48, 12)
                .weights("r", 1, 48, 16)
                .node("GRU", "x w r", "y", integer("hidden_size", 16))
                .weights("batched", 5, 12, 7)
                .node("MatMul", "x batched", "z");

        BeforeAndAfter after = BeforeAndAfter.of(graph.model(), DYNAMIC).answersAlike(0);

        assertThat(after.findings()).extracting("subject").containsExactly("y", "z");
        assertThat(BeforeAndAfter.of(graph.model(), PassSpec.of("weights-int4"))
                        .answersAlike(0)
                        .findings())
                .extracting("subject")
                .containsExactly("z");
    }

    @Test
    void asks_for_a_newer_opset() {
        TestGraph graph = new TestGraph(9)
                .input("x", 1, 16)
                .output("y")
                .weights("w", 16, 16)
                .node("MatMul", "x w", "y");

        assertThatThrownBy(() -> BeforeAndAfter.of(graph.model(), DYNAMIC))
                .isInstanceOfSatisfying(ModelRefused.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ModelRefused.Code.NOT_COMPRESSIBLE))
                .hasMessageContaining("upgrade-opset");
    }

    @ParameterizedTest
    @CsvSource({"quantize-dynamic", "weights-int4", "weights-int8", "store-as-int8", "store-as-halves"})
    void a_weight_that_an_inner_graph_uses_stays_there(String pass) throws Exception {
        TestGraph then = new TestGraph(13).output("t").node("Neg", "w", "t");
        TestGraph otherwise = new TestGraph(13).output("e").node("Identity", "w", "e");
        TestGraph graph = new TestGraph(13)
                .input("x", 1, 32)
                .input("go", DataType.BOOL)
                .output("y")
                .output("w")
                .output("z")
                .weights("w", 32, 32)
                .node("MatMul", "x w", "y")
                .node("If", "go", "z", graph("then_branch", then.graph()), graph("else_branch", otherwise.graph()));

        assertThat(BeforeAndAfter.of(graph.model(), PassSpec.of(pass))
                        .answersAlike(0.2)
                        .types())
                .contains("If");
    }
}

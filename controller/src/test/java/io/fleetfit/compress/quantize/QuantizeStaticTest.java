package io.fleetfit.compress.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.Target;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizeStaticTest {
    private static final RandomSamples CALIBRATION = new RandomSamples(40, 1, "x", 1, 3, 12, 12);
    private static final RandomSamples UNSEEN = new RandomSamples(10, 2, "x", 1, 3, 12, 12);

    @TempDir
    Path folder;

    private final Bench bench = new Bench();

    /** Convolutions of all kinds with every activation, a residual sum, pools, concatenation, a product at the end. */
    static GraphSketch network() {
        return new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .floats("zero", new float[] {0})
                .floats("six", new float[] {6})
                .conv("c1", "x", 3, 16, 3, 1)
                .node("Relu", "r1", List.of("c1"))
                .conv("c2", "r1", 16, 16, 3, 16)
                .node("Clip", "r2", List.of("c2", "zero", "six"))
                .conv("c3", "r2", 16, 16, 1, 1)
                .node("Add", "sum", List.of("c3", "r1"))
                .node(
                        "MaxPool",
                        "m",
                        List.of("sum"),
                        GraphSketch.ints("kernel_shape", 2, 2),
                        GraphSketch.ints("strides", 2, 2))
                .conv("c4", "m", 16, 8, 1, 1)
                .conv("c5", "m", 16, 8, 3, 2)
                .node("Concat", "both", List.of("c4", "c5"), GraphSketch.integer("axis", 1))
                .node("GlobalAveragePool", "p", List.of("both"))
                .node("Flatten", "f", List.of("p"))
                .weights("w", 0.3, 16, 5)
                .weights("b", 0.3, 5)
                .node("Gemm", "y", List.of("f", "w", "b"))
                .output("y");
    }

    @ParameterizedTest
    @CsvSource({"ANY,UINT8,63", "ARM,INT8,127", "X86_VNNI,UINT8,127", "X86,UINT8,63", "SYMMETRIC,INT8,127"})
    void each_target_gets_its_numbers_and_the_result_stays_close(Target target, DataType type, int limit)
            throws ModelRefused {
        ModelProto model = network().model();

        ModelProto quantized = bench.quantize(model, CALIBRATION, target);

        assertThat(Bench.decibels(model, quantized, UNSEEN)).isGreaterThan(24);
        assertThat(Bench.initializer(quantized, "x_zero_point").getDataType()).isEqualTo(type.getNumber());
        byte[] weights =
                Bench.initializer(quantized, "c1_w_quantized").getRawData().toByteArray();
        int most = 0;
        for (byte weight : weights) {
            most = Math.max(most, Math.abs(weight));
        }
        assertThat(most).isEqualTo(limit);
        assertThat(Bench.initializer(quantized, "c1_w_scale").getDims(0)).isEqualTo(16);
        assertThat(model.getSerializedSize()).isGreaterThan(quantized.getSerializedSize());
    }

    @Test
    void symmetric_activations_have_zero_points_of_zero_and_keep_their_clamps() throws ModelRefused {
        ModelProto quantized = bench.quantize(network().model(), CALIBRATION, Target.SYMMETRIC);

        assertThat(quantized.getGraph().getInitializerList().stream()
                        .filter(tensor -> tensor.getName().endsWith("_zero_point")))
                .isNotEmpty()
                .allSatisfy(
                        tensor -> assertThat(tensor.getRawData().toByteArray()).containsOnly(0));
        assertThat(Bench.count(quantized, "Relu")).isEqualTo(1);
        assertThat(Bench.count(quantized, "Clip")).isEqualTo(1);
    }

    @Test
    void onnx_runtime_joins_everything_to_integer_kernels() throws Exception {
        // Signed activations join on ARM alone.
        Target target = System.getProperty("os.arch").equals("aarch64") ? Target.ARM : Target.X86_VNNI;

        ModelProto quantized = bench.quantize(network().model(), CALIBRATION, target);

        Map<String, Integer> kernels = Bench.kernels(quantized, folder.resolve("optimized.onnx"));
        assertThat(kernels)
                .containsEntry("QLinearConv", 5)
                .containsEntry("QLinearAdd", 1)
                .containsEntry("QLinearConcat", 1)
                .containsEntry("QLinearGlobalAveragePool", 1)
                .containsEntry("QGemm", 1)
                .containsEntry("QuantizeLinear", 1)
                .doesNotContainKeys("DequantizeLinear", "Conv", "Relu", "Clip", "Gemm");
    }

    @Test
    void clamps_go_into_the_range_of_their_producer() throws ModelRefused {
        ModelProto quantized = bench.quantize(network().model(), CALIBRATION, Target.X86_VNNI);

        assertThat(Bench.count(quantized, "Relu")).isZero();
        assertThat(Bench.count(quantized, "Clip")).isZero();
        assertThat(Bench.initializer(quantized, "r1_zero_point").getRawData().byteAt(0))
                .isZero();
        float scale = Tensors.floats(Bench.initializer(quantized, "r2_scale"))[0];
        assertThat(scale * 255).isLessThanOrEqualTo(6.001f);
    }

    @Test
    void a_clip_that_cuts_inside_the_range_stays() throws ModelRefused {
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .floats("one", new float[] {1})
                .floats("two", new float[] {2})
                .conv("c", "x", 3, 4, 3, 1)
                .node("Clip", "y", List.of("c", "one", "two"))
                .output("y")
                .model();

        ModelProto quantized = bench.quantize(model, CALIBRATION, Target.X86_VNNI);

        assertThat(Bench.count(quantized, "Clip")).isEqualTo(1);
        assertThat(Bench.decibels(model, quantized, UNSEEN)).isGreaterThan(30);
    }

    @Test
    void what_only_moves_values_keeps_their_scale() throws ModelRefused {
        ModelProto quantized = bench.quantize(network().model(), CALIBRATION, Target.X86_VNNI);

        assertThat(Bench.maker(quantized, "m").getInput(1)).isEqualTo("sum_scale");
        assertThat(Bench.maker(quantized, "m").getInput(2)).isEqualTo("sum_zero_point");
    }

    @Test
    void the_last_product_ends_in_floats() throws ModelRefused {
        ModelProto quantized = bench.quantize(network().model(), CALIBRATION, Target.X86_VNNI);

        NodeProto last = Bench.maker(quantized, "y");
        assertThat(last.getOpType()).isEqualTo("Gemm");
        assertThat(Bench.initializer(quantized, "b_quantized").getDataType()).isEqualTo(DataType.INT32.getNumber());
        float input = Tensors.floats(Bench.initializer(quantized, "p_scale"))[0];
        float[] weights = Tensors.floats(Bench.initializer(quantized, "w_scale"));
        float[] bias = Tensors.floats(Bench.initializer(quantized, "b_scale"));
        assertThat(weights).hasSize(5);
        for (int i = 0; i < bias.length; i++) {
            assertThat(bias[i]).isCloseTo(input * weights[i], Percentage.withPercentage(1e-4));
        }
    }

    @ParameterizedTest
    @EnumSource(Calibration.class)
    void the_same_calibration_gives_the_same_bytes(Calibration calibration) throws ModelRefused {
        Map<String, Object> settings = Map.of(
                "calibration", calibration.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        ModelProto model = network().model();

        ModelProto once = bench.apply(model, "quantize-static", settings, CALIBRATION, Target.ANY);
        ModelProto again = bench.apply(model, "quantize-static", settings, CALIBRATION, Target.ANY);

        assertThat(once.toByteString()).isEqualTo(again.toByteString());
        assertThat(Bench.decibels(model, once, UNSEEN)).isGreaterThan(15);
    }

    @Test
    void operators_without_integer_kernel_stay_and_are_named() throws ModelRefused {
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .conv("c1", "x", 3, 8, 3, 1)
                .node("Elu", "e", List.of("c1"))
                .conv("c2", "e", 8, 8, 3, 1)
                .output("c2")
                .model();

        ModelProto quantized = bench.quantize(model, CALIBRATION, Target.X86_VNNI);

        assertThat(Bench.maker(quantized, "e").getInput(0)).isEqualTo("c1");
        assertThat(bench.findings).anySatisfy(finding -> assertThat(finding)
                .isEqualTo(new Finding("quantize-static", "Elu", "1 node stays as it was in 32 bits: e_node")));
        assertThat(Bench.decibels(model, quantized, UNSEEN)).isGreaterThan(24);
    }

    @Test
    void sums_of_whole_numbers_are_left_alone() throws ModelRefused {
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .conv("c1", "x", 3, 1, 3, 1)
                .longs("flat", 1, 144)
                .node("Reshape", "y", List.of("c1", "flat"))
                .node("Shape", "s", List.of("c1"))
                .node("Add", "twice", List.of("s", "s"))
                .node("Cast", "z", List.of("twice"), GraphSketch.integer("to", 1))
                .output("y")
                .output("z")
                .model();

        ModelProto quantized = bench.quantize(model, CALIBRATION, Target.X86_VNNI);

        assertThat(Bench.decibels(model, quantized, UNSEEN)).isGreaterThan(30);
        assertThat(Bench.maker(quantized, "twice").getInputList()).containsExactly("s", "s");
    }

    @Test
    void nodes_that_share_weights_share_the_integers_and_have_biases_of_their_own() throws ModelRefused {
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .weights("w", 0.3, 3, 3, 3, 3)
                .weights("b", 0.3, 3)
                .node("Conv", "c1", List.of("x", "w", "b"), GraphSketch.ints("pads", 1, 1, 1, 1))
                .node("Relu", "r1", List.of("c1"))
                .node("Conv", "c2", List.of("r1", "w", "b"), GraphSketch.ints("pads", 1, 1, 1, 1))
                .node("Tan", "t", List.of("w"))
                .node("ReduceSum", "ts", List.of("t"), GraphSketch.integer("keepdims", 0))
                .output("c2")
                .output("ts")
                .model();

        ModelProto quantized = bench.quantize(model, CALIBRATION, Target.X86_VNNI);

        assertThat(Bench.decibels(model, quantized, UNSEEN)).isGreaterThan(24);
        assertThat(quantized.getGraph().getInitializerList().stream()
                        .map(TensorProto::getName)
                        .filter(name -> name.startsWith("w_quantized")))
                .hasSize(1);
        assertThat(quantized.getGraph().getInitializerList().stream()
                        .map(TensorProto::getName)
                        .filter(name -> name.startsWith("b_quantized")))
                .hasSize(2);
        assertThat(Tensors.floats(Bench.initializer(quantized, "w"))).hasSize(81);
    }

    @Test
    void a_graph_inside_a_node_reads_the_values_that_it_read_before() throws ModelRefused {
        GraphSketch then = new GraphSketch().node("Neg", "inner", List.of("r1")).output("inner");
        GraphSketch otherwise =
                new GraphSketch().node("Abs", "inner2", List.of("c1")).output("inner2");
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .floats("limit", new float[] {0})
                .conv("c1", "x", 3, 4, 3, 1)
                .node("Relu", "r1", List.of("c1"))
                .conv("c2", "r1", 4, 4, 3, 1)
                .node("ReduceSum", "total", List.of("c2"), GraphSketch.integer("keepdims", 0))
                .node("Greater", "yes", List.of("total", "limit"))
                .node(
                        "If",
                        "y",
                        List.of("yes"),
                        GraphSketch.inner("then_branch", then.innerGraph()),
                        GraphSketch.inner("else_branch", otherwise.innerGraph()))
                .output("y")
                .model();

        ModelProto quantized = bench.quantize(model, CALIBRATION, Target.X86_VNNI);

        assertThat(Bench.decibels(model, quantized, UNSEEN)).isGreaterThan(20);
        assertThat(bench.findings)
                .anySatisfy(finding -> assertThat(finding.subject()).isEqualTo("If"));
    }

    @Test
    void excluded_nodes_and_operators_stay_float() throws ModelRefused {
        ModelProto quantized = bench.apply(
                network().model(),
                "quantize-static",
                Map.of("exclude", List.of("c1_node", "Gemm", "nobody")),
                CALIBRATION,
                Target.X86_VNNI);

        assertThat(Bench.maker(quantized, "c1").getInputList()).containsExactly("x", "c1_w", "c1_b");
        assertThat(Bench.maker(quantized, "y").getInput(1)).isEqualTo("w");
        assertThat(bench.findings)
                .anySatisfy(finding -> assertThat(finding.subject()).isEqualTo("nobody"));
    }

    @Test
    void correcting_biases_takes_the_mean_error_of_rounded_weights_back() throws ModelRefused {
        // All weights of a channel are rounded down alike, and inputs behind a Relu are positive.
        float[] weights = new float[4 * 8];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i % 8 == 0 ? 1.27f : 0.0149f;
        }
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .conv("c1", "x", 3, 8, 3, 1)
                .node("Relu", "r1", List.of("c1"))
                .floats("w", weights, 4, 8, 1, 1)
                .node("Conv", "y", List.of("r1", "w"))
                .output("y")
                .model();
        RandomSamples many = new RandomSamples(200, 3, "x", 1, 3, 12, 12);

        ModelProto plain = bench.apply(model, "quantize-static", Map.of("correct-bias", false), many, Target.X86_VNNI);
        ModelProto corrected = bench.apply(model, "quantize-static", Map.of(), many, Target.X86_VNNI);

        assertThat(Bench.decibels(model, corrected, UNSEEN)).isGreaterThan(Bench.decibels(model, plain, UNSEEN) + 1);
    }

    @Test
    void the_layer_that_costs_most_stays_float_and_the_ranking_is_told() throws ModelRefused {
        // Outliers a thousand times as large as what matters: 8 bits cannot hold both.
        float[] outliers = new float[8];
        Arrays.fill(outliers, 1);
        outliers[3] = 1000;
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 12, 12)
                .conv("c1", "x", 3, 8, 3, 1)
                .node("Relu", "r1", List.of("c1"))
                .conv("c2", "r1", 8, 8, 3, 1)
                .floats("big", outliers, 1, 8, 1, 1)
                .node("Mul", "wide", List.of("c2", "big"))
                .weights("w3", 0.3, 8, 8, 1, 1)
                .floats("small", new float[] {1, 1, 1, 1e-3f, 1, 1, 1, 1}, 1, 8, 1, 1)
                .node("Conv", "c3", List.of("wide", "w3"))
                .node("Mul", "even", List.of("wide", "small"))
                .conv("c4", "even", 8, 8, 3, 1)
                .output("c4")
                .model();

        ModelProto all = bench.quantize(model, CALIBRATION, Target.X86_VNNI);
        bench.findings.clear();
        ModelProto mixed =
                bench.apply(model, "quantize-static", Map.of("float-layers", 2), CALIBRATION, Target.X86_VNNI);

        assertThat(bench.findings.stream()
                        .filter(finding -> finding.text().startsWith("stays float"))
                        .map(Finding::subject))
                .containsExactlyInAnyOrder("wide_node", "even_node");
        assertThat(bench.findings.stream().map(Finding::subject)).contains("ranking");
        assertThat(Bench.decibels(model, mixed, UNSEEN)).isGreaterThan(Bench.decibels(model, all, UNSEEN) + 10);
    }

    @Test
    void ranking_is_worst_first_and_the_same_each_time() throws ModelRefused {
        ModelProto model = network().model();
        QuantizationSettings settings = QuantizationSettings.defaults();

        List<LayerRanking.RankedLayer> ranking =
                LayerRanking.of(model, Bench.RUNNER, CALIBRATION, Target.X86_VNNI, settings);

        assertThat(ranking)
                .hasSize(9)
                .isSortedAccordingTo(Comparator.comparingDouble(LayerRanking.RankedLayer::decibels));
        assertThat(LayerRanking.of(model, Bench.RUNNER, CALIBRATION, Target.X86_VNNI, settings))
                .isEqualTo(ranking);
    }

    @Test
    void a_product_of_activations_and_attention_are_quantized() throws ModelRefused {
        RandomSamples rows = new RandomSamples(40, 5, "x", 1, 6, 16);
        ModelProto model = new GraphSketch()
                .input("x", 1, 6, 16)
                .weights("wq", 0.25, 16, 16)
                .weights("wk", 0.25, 16, 16)
                .weights("wv", 0.25, 16, 16)
                .weights("wo", 0.25, 16, 16)
                .weights("bo", 0.25, 16)
                .node("MatMul", "q", List.of("x", "wq"))
                .node("MatMul", "k", List.of("x", "wk"))
                .node("MatMul", "v", List.of("x", "wv"))
                .node("Transpose", "kt", List.of("k"), GraphSketch.ints("perm", 0, 2, 1))
                .node("MatMul", "scores", List.of("q", "kt"))
                .node("Softmax", "share", List.of("scores"), GraphSketch.integer("axis", -1))
                .node("MatMul", "mixed", List.of("share", "v"))
                .node("MatMul", "o", List.of("mixed", "wo"))
                .node("Add", "y", List.of("o", "bo"))
                .output("y")
                .model();

        ModelProto quantized = bench.quantize(model, rows, Target.X86_VNNI);

        assertThat(Bench.decibels(model, quantized, rows)).isGreaterThan(20);
        assertThat(Tensors.floats(Bench.initializer(quantized, "share_scale"))[0])
                .isEqualTo(1 / 255f);
        assertThat(Bench.maker(quantized, "kt").getInput(1)).isEqualTo("k_scale");
        assertThat(Bench.maker(quantized, "y").getInputList()).containsExactly("o", "bo");
    }

    @Test
    void a_product_and_its_bias_become_one_kernel() throws Exception {
        RandomSamples rows = new RandomSamples(40, 5, "x", 2, 16);
        ModelProto model = new GraphSketch()
                .input("x", 2, 16)
                .weights("w1", 0.25, 16, 8)
                .weights("b1", 0.25, 8)
                .weights("w2", 0.25, 8, 4)
                .weights("b2", 0.25, 1, 4)
                .node("MatMul", "m1", List.of("x", "w1"))
                .node("Add", "a1", List.of("m1", "b1"))
                .node("Tanh", "t", List.of("a1"))
                .node("MatMul", "m2", List.of("t", "w2"))
                .node("Add", "y", List.of("b2", "m2"))
                .output("y")
                .model();

        ModelProto quantized = bench.quantize(model, rows, Target.X86_VNNI);

        assertThat(Bench.decibels(model, quantized, rows)).isGreaterThan(25);
        assertThat(Bench.count(quantized, "Add")).isZero();
        assertThat(Bench.kernels(quantized, folder.resolve("optimized.onnx"))).containsEntry("QGemm", 2);
    }
}

package io.fleetfit.compress.lowrank;

import static io.fleetfit.compress.linear.Net.integer;
import static io.fleetfit.compress.linear.Net.ints;
import static io.fleetfit.compress.linear.Net.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.PassCatalog;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.compress.linear.Net;
import io.fleetfit.compress.linear.Trial;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.registry.Invalid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Weights that are of low rank are found to be, in every form and geometry, and the answers stay the same. */
class FactorizeTest {
    private static final long[] PICTURE = {1, 12, 9, 8};
    private static final long[] ROWS = {1, 40};

    @TestFactory
    List<DynamicTest> what_is_of_low_rank_is_factorised_exactly() {
        List<DynamicTest> tests = new ArrayList<>(List.of(
                exact(
                        "Gemm",
                        Net.of(12, ROWS)
                                .floats("w", matrix(40, 30, 3), 40, 30)
                                .weights("b", 30)
                                .node("Gemm", "x w b", "y"),
                        ROWS),
                exact(
                        "Gemm with transposed weights and no bias",
                        Net.of(12, ROWS)
                                .floats("w", matrix(30, 40, 3), 30, 40)
                                .node("Gemm", "x w", "y", integer("transB", 1)),
                        ROWS),
                exact(
                        "MatMul of three dimensions",
                        Net.of(12, 1, 5, 40)
                                .floats("w", matrix(40, 30, 3), 40, 30)
                                .node("MatMul", "x w", "y"),
                        1,
                        5,
                        40),
                exact(
                        "wide",
                        Net.of(12, ROWS).floats("w", matrix(40, 90, 3), 40, 90).node("MatMul", "x w", "y"),
                        ROWS),
                exact("1×1", conv(12, matrix(20, 12, 3), 20, 12, 1, 1, new AttributeProto[0]), PICTURE),
                exact(
                        "1×1 with strides and zeros around",
                        conv(12, matrix(20, 12, 3), 20, 12, 1, 1, ints("strides", 2, 1), ints("pads", 1, 0, 2, 1)),
                        PICTURE),
                exact("one dimension", oneDimension(), 1, 12, 20)));
        for (Form form : Form.values()) {
            tests.add(kernel(form, "plain", ints("pads", 1, 1, 1, 1)));
            tests.add(kernel(form, "strides and uneven zeros", ints("strides", 2, 1), ints("pads", 0, 2, 1, 1)));
            tests.add(kernel(form, "dilations", ints("dilations", 2, 1), ints("pads", 2, 0, 2, 1)));
            tests.add(kernel(form, "automatic zeros", text("auto_pad", "SAME_UPPER"), ints("strides", 2, 2)));
            tests.add(kernel(form, "automatic zeros first", text("auto_pad", "SAME_LOWER"), ints("strides", 2, 2)));
            tests.add(kernel(form, "no zeros", text("auto_pad", "VALID")));
        }
        return tests;
    }

    private static DynamicTest kernel(Form form, String name, AttributeProto... attributes) {
        Net net = conv(12, kernel(form), 16, 12, 3, 3, attributes);
        return DynamicTest.dynamicTest(form + " " + name, () -> {
            Map<String, Object> settings = Map.of(
                    "energy",
                    0.9999999,
                    "ridge",
                    1e-6,
                    "reconstruct",
                    "none",
                    "matrix",
                    form == Form.MATRIX,
                    "spatial",
                    form == Form.SPATIAL,
                    "tucker",
                    form == Form.TUCKER);
            Trial trial = Trial.once(net.gives("y"), "factorize", settings, null);

            assertThat(trial.error(PICTURE)).isLessThan(1e-4);
            assertThat(trial.after().getGraph().getNodeCount()).isEqualTo(form == Form.TUCKER ? 3 : 2);
            assertThat(trial.weightsLeft()).isLessThan(0.6);
        });
    }

    private static DynamicTest exact(String name, Net net, long... input) {
        ModelProto model = net.gives("y");
        return DynamicTest.dynamicTest(name, () -> {
            Map<String, Object> settings = Map.of("energy", 0.9999999, "ridge", 1e-6);
            Trial blind = Trial.once(model, "factorize", settings, null);
            Trial seeing = Trial.of(model, "factorize", settings, Trial.samples(80, input));

            for (Trial trial : List.of(blind, seeing)) {
                assertThat(trial.error(input)).isLessThan(1e-3);
                assertThat(trial.weightsLeft()).isLessThan(0.5);
                assertThat(trial.after().getGraph().getNodeCount()).isEqualTo(2);
            }
        });
    }

    private static Net conv(
            int opset,
            float[] weights,
            long outputs,
            long inputs,
            long height,
            long width,
            AttributeProto... attributes) {
        return Net.of(opset, PICTURE)
                .floats("w", weights, outputs, inputs, height, width)
                .weights("b", outputs)
                .node("Conv", "x w b", "y", attributes);
    }

    private static Net oneDimension() {
        return Net.of(12, 1, 12, 20)
                .floats("w", matrix(20, 36, 3), 20, 12, 3)
                .weights("b", 20)
                .node("Conv", "x w b", "y", ints("pads", 1, 1), ints("strides", 2));
    }

    /** Rows × columns of a rank. */
    private static float[] matrix(int rows, int columns, int rank) {
        Random random = new Random(3);
        float[] matrix = new float[rows * columns];
        for (int r = 0; r < rank; r++) {
            float[] left = gaussian(random, rows);
            float[] right = gaussian(random, columns);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    matrix[i * columns + j] += left[i] * right[j];
                }
            }
        }
        return matrix;
    }

    private static float[] gaussian(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian() * 0.3f;
        }
        return values;
    }

    /** 16 × 12 × 3 × 3 weights that the form writes exactly with few channels. */
    private static float[] kernel(Form form) {
        if (form == Form.MATRIX) {
            return matrix(16, 108, 4);
        }
        Random random = new Random(4);
        float[] kernel = new float[16 * 12 * 9];
        for (int term = 0; term < 4; term++) {
            float[] outputs = gaussian(random, 16 * 3);
            float[] inputs = gaussian(random, 12 * 3);
            float[] window = gaussian(random, 9);
            for (int o = 0; o < 16; o++) {
                for (int i = 0; i < 12; i++) {
                    for (int k = 0; k < 9; k++) {
                        kernel[(o * 12 + i) * 9 + k] += form == Form.SPATIAL
                                ? outputs[o * 3 + k % 3] * inputs[i * 3 + k / 3]
                                : outputs[o] * inputs[i] * window[k];
                    }
                }
            }
        }
        return kernel;
    }

    /** Inputs that lie in a few directions: what the others do does not count. */
    @Test
    void the_inputs_as_they_come_decide_what_is_kept() throws ModelRefused {
        ModelProto model = Net.of(12, 1, 6)
                .weights("spread", 6, 40)
                .node("MatMul", "x spread", "wide")
                .weights("w", 40, 40)
                .node("MatMul", "wide w", "y")
                .gives("y");
        Map<String, Object> settings =
                Map.of("rank", 0.2, "only", List.of("y"), "ridge", 1e-6, "reconstruct", "none", "min-gain", 0.1);

        Trial blind = Trial.once(model, "factorize", settings, null);
        Trial seeing = Trial.of(model, "factorize", settings, Trial.samples(200, 1, 6));

        assertThat(blind.weightsLeft()).isEqualTo(seeing.weightsLeft());
        assertThat(seeing.error(1, 6)).isLessThan(1e-3);
        assertThat(blind.error(1, 6)).isGreaterThan(0.1);
    }

    @Test
    void a_budget_for_the_whole_model_is_met() throws ModelRefused {
        ModelProto model = Net.of(12, PICTURE)
                .conv("x", "c1", 32, 12, 3, ints("pads", 1, 1, 1, 1))
                .node("Relu", "c1", "r1")
                .conv("r1", "c2", 32, 32, 3, ints("pads", 1, 1, 1, 1))
                .node("Relu", "c2", "r2")
                .conv("r2", "y", 40, 32, 1)
                .gives("y");

        Trial fewer = Trial.of(model, "factorize", Map.of("params-cut", 0.3), Trial.samples(30, PICTURE));
        Trial none = Trial.once(
                model, "factorize", Map.of("params-cut", 0.3, "reconstruct", "none"), Trial.samples(30, PICTURE));

        // Without biases, which stay.
        assertThat(fewer.weightsLeft()).isBetween(0.5, 0.72);
        assertThat(fewer.error(PICTURE)).isLessThanOrEqualTo(none.error(PICTURE) * 1.02);
    }

    @Test
    void what_does_not_pay_stays() throws ModelRefused {
        ModelProto model =
                Net.of(12, ROWS).weights("w", 40, 8).node("MatMul", "x w", "y").gives("y");

        Trial trial = Trial.of(model, "factorize", Map.of("energy", 0.999), Trial.samples(30, ROWS));

        assertThat(trial.after().getGraph()).isEqualTo(model.getGraph());
    }

    @Test
    void grouped_and_transposed_convolutions_stay_and_are_named() throws ModelRefused {
        ModelProto model = Net.of(12, PICTURE)
                .conv("x", "g", 16, 3, 3, integer("group", 4), ints("pads", 1, 1, 1, 1))
                .weights("tw", 16, 4, 2, 2)
                .node("ConvTranspose", "g tw", "y")
                .gives("y");

        Trial trial = Trial.of(model, "factorize", Map.of("energy", 0.1), Trial.samples(4, PICTURE));

        assertThat(trial.weightsLeft()).isEqualTo(1);
        assertThat(trial.findings()).anyMatch(finding -> finding.subject().equals("g"));
        assertThat(trial.findings()).anyMatch(finding -> finding.subject().equals("y"));
    }

    @Test
    void nodes_are_chosen_by_name_or_operator() throws ModelRefused {
        ModelProto model = Net.of(12, ROWS)
                .floats("w1", matrix(40, 40, 2), 40, 40)
                .node("MatMul", "x w1", "a")
                .node("MatMul", "a w1", "b")
                .floats("w2", matrix(40, 30, 2), 40, 30)
                .node("Gemm", "b w2", "y")
                .gives("y");

        Map<String, Object> settings = Map.of("energy", 0.9999, "only", List.of("MatMul"), "exclude", List.of("b"));
        Trial trial = Trial.of(model, "factorize", settings, Trial.samples(60, ROWS));

        assertThat(trial.after().getGraph().getNodeList().stream().map(NodeProto::getOpType))
                .containsExactly("MatMul", "MatMul", "MatMul", "Gemm");
        assertThat(trial.weightOf("b")).containsExactly(40L, 40L);
        assertThat(trial.error(ROWS)).isLessThan(0.05);
    }

    @Test
    void one_rule_alone_decides() {
        assertThatThrownBy(() -> PassCatalog.create(new PassSpec("factorize", Map.of("energy", 0.9, "macs-cut", 0.2))))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("one rule");
    }
}

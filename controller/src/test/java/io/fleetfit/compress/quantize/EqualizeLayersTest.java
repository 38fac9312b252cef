package io.fleetfit.compress.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.fleetfit.compress.Target;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EqualizeLayersTest {
    private static final RandomSamples SAMPLES = new RandomSamples(20, 1, "x", 1, 3, 8, 8);

    private final Bench bench = new Bench();

    /** A pointwise, a depthwise and a pointwise convolution whose channels differ a hundred times in size. */
    private static GraphSketch uneven(String clamp) {
        GraphSketch sketch = new GraphSketch()
                .input("x", 1, 3, 8, 8)
                .floats("zero", new float[] {0})
                .floats("six", new float[] {6})
                .floats("w1", uneven(6, 3, false), 6, 3, 1, 1)
                .weights("b1", 0.1, 6)
                .node("Conv", "c1", List.of("x", "w1", "b1"));
        clamp(sketch, clamp, "r1", "c1");
        sketch.weights("w2", 0.4, 6, 1, 3, 3)
                .node(
                        "Conv",
                        "c2",
                        List.of("r1", "w2"),
                        GraphSketch.ints("pads", 1, 1, 1, 1),
                        GraphSketch.integer("group", 6));
        clamp(sketch, clamp, "r2", "c2");
        return sketch.floats("w3", uneven(4, 6, true), 4, 6, 1, 1)
                .node("Conv", "y", List.of("r2", "w3"))
                .output("y");
    }

    private static void clamp(GraphSketch sketch, String clamp, String output, String input) {
        if (clamp.equals("Relu")) {
            sketch.node("Relu", output, List.of(input));
        } else {
            sketch.node("Clip", output, List.of(input, "zero", "six"));
        }
    }

    private static float[] uneven(int rows, int columns, boolean byColumn) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            int channel = byColumn ? i % columns : i / columns;
            double size = Math.pow(10, channel % 3 - 1.0) * 0.1;
            values[i] = (float) ((1 + i % 3) * size * (i % 2 == 0 ? 1 : -1));
        }
        return values;
    }

    private static double spread(ModelProto model, String weight, int rows) {
        float[] values = Tensors.floats(Bench.initializer(model, weight));
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int row = 0; row < rows; row++) {
            double peak = 0;
            for (int i = row * values.length / rows; i < (row + 1) * values.length / rows; i++) {
                peak = Math.max(peak, Math.abs(values[i]));
            }
            least = Math.min(least, peak);
            most = Math.max(most, peak);
        }
        return most / least;
    }

    @Test
    void weights_come_to_equal_ranges_and_the_graph_computes_the_same() throws ModelRefused {
        ModelProto model = uneven("Relu").model();

        ModelProto equal = bench.apply(model, "equalize-layers", Map.of(), null, Target.ANY);

        assertThat(Bench.decibels(model, equal, SAMPLES)).isGreaterThan(110);
        assertThat(spread(model, "w1", 6)).isGreaterThan(50);
        assertThat(spread(equal, "w1", 6)).isLessThan(spread(model, "w1", 6) / 2);
        assertThat(bench.findings)
                .anySatisfy(finding -> assertThat(finding.text()).startsWith("2 pairs of layers"));
    }

    @Test
    void behind_a_clip_channels_move_as_far_as_the_data_allows() throws ModelRefused {
        ModelProto model = uneven("Clip").model();

        ModelProto equal = bench.apply(model, "equalize-layers", Map.of(), SAMPLES, Target.ANY);

        assertThat(Bench.decibels(model, equal, SAMPLES)).isGreaterThan(110);
        assertThat(spread(equal, "w1", 6)).isLessThan(spread(model, "w1", 6) * 0.7);
    }

    @Test
    void behind_a_clip_nothing_moves_without_data() throws ModelRefused {
        ModelProto model = uneven("Clip").model();

        ModelProto same = bench.apply(model, "equalize-layers", Map.of(), null, Target.ANY);

        assertThat(Bench.initializer(same, "w1")).isEqualTo(Bench.initializer(model, "w1"));
        assertThat(bench.findings)
                .anySatisfy(finding -> assertThat(finding.text()).contains("calibration data"));
    }

    @Test
    void convolutions_whose_values_go_elsewhere_too_are_left_and_named() throws ModelRefused {
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 8, 8)
                .conv("c1", "x", 3, 4, 3, 1)
                .node("Relu", "r1", List.of("c1"))
                .conv("c2", "r1", 4, 4, 3, 1)
                .node("Add", "sum", List.of("c2", "r1"))
                .conv("c3", "sum", 4, 4, 3, 1)
                .node("Sigmoid", "s", List.of("c3"))
                .conv("c4", "s", 4, 4, 3, 1)
                .output("c4")
                .model();

        ModelProto same = bench.apply(model, "equalize-layers", Map.of(), null, Target.ANY);

        assertThat(same.getGraph().getInitializerList())
                .isEqualTo(model.getGraph().getInitializerList());
        assertThat(bench.findings)
                .anySatisfy(finding ->
                        assertThat(finding.subject() + finding.text()).contains("c1_node", "several nodes"))
                .anySatisfy(finding ->
                        assertThat(finding.subject() + finding.text()).contains("c3_node", "Sigmoid"));
    }

    @Test
    void groups_and_pooling_keep_the_result() throws ModelRefused {
        ModelProto model = new GraphSketch()
                .input("x", 1, 3, 8, 8)
                .conv("c1", "x", 3, 8, 3, 1)
                .node("LeakyRelu", "r1", List.of("c1"))
                .node("AveragePool", "p", List.of("r1"), GraphSketch.ints("kernel_shape", 2, 2))
                .conv("c2", "p", 8, 12, 3, 4)
                .node("Relu", "r2", List.of("c2"))
                .conv("c3", "r2", 12, 4, 1, 1)
                .output("c3")
                .model();

        ModelProto equal = bench.apply(model, "equalize-layers", Map.of(), null, Target.ANY);

        assertThat(Bench.initializer(equal, "c1_w")).isNotEqualTo(Bench.initializer(model, "c1_w"));
        assertThat(Bench.decibels(model, equal, SAMPLES)).isGreaterThan(110);
    }
}

package io.fleetfit.compress.passes;

import static io.fleetfit.onnx.TestGraph.graph;
import static io.fleetfit.onnx.TestGraph.integer;
import static io.fleetfit.onnx.TestGraph.ints;
import static io.fleetfit.onnx.TestGraph.real;
import static io.fleetfit.onnx.TestGraph.reals;
import static io.fleetfit.onnx.TestGraph.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.SmallModels;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.onnx.TestGraph;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UpgradeOpsetTest {
    private static final List<Integer> TARGETS = List.of(13, 15, 18, 19, 21);

    private static TestGraph from(int opset, long... dims) {
        return new TestGraph(opset).input("x", dims).output("y");
    }

    static Stream<Arguments> graphs() {
        return Stream.of(softmaxes(), attributes(), resizes(), others()).flatMap(graphs -> graphs);
    }

    private static Stream<Arguments> softmaxes() {
        Stream<Arguments> all = Stream.of("Softmax", "LogSoftmax", "Hardmax")
                .flatMap(type -> Stream.of(0, 1, 2, 3).flatMap(axis -> Stream.of(7, 9, 11)
                        .map(opset -> named(
                                type + opset + " axis " + axis,
                                from(opset, 2, 3, 4, 5).node(type, "x", "y", integer("axis", axis))))));
        return Stream.concat(
                all,
                Stream.of(
                        named("Softmax by default", from(7, 2, 3, 4).node("Softmax", "x", "y")),
                        named("Softmax of an open batch", from(9, -1, 3, 4).node("Softmax", "x", "y")),
                        named("Softmax of a pooled map", from(7, 2, 9, 1, 1).node("Softmax", "x", "y")),
                        named(
                                "Softmax from the back",
                                from(11, 2, 3, 4).node("Softmax", "x", "y", integer("axis", -2))),
                        named("Softmax in an If", softmaxInIf())));
    }

    private static TestGraph softmaxInIf() {
        TestGraph then = new TestGraph(9).output("t").node("Softmax", "h", "t", integer("axis", 1));
        TestGraph otherwise = new TestGraph(9).output("e").node("Clip", "h", "e", real("max", 0.2f));
        return new TestGraph(9)
                .input("go", DataType.BOOL)
                .input("x", 2, 3, 4)
                .output("y")
                .node("Relu", "x", "h")
                .node("If", "go", "y", graph("then_branch", then.graph()), graph("else_branch", otherwise.graph()));
    }

    private static Stream<Arguments> attributes() {
        return Stream.of(
                named("Clip", from(7, 3, 4).node("Clip", "x", "y", real("min", -0.5f), real("max", 0.6f))),
                named("Clip below", from(10, 3, 4).node("Clip", "x", "y", real("max", 0.1f))),
                named("Clip of nothing", from(7, 3, 4).node("Clip", "x", "y")),
                named("Squeeze", from(7, 1, 3, 1, 4).node("Squeeze", "x", "y", ints("axes", 0))),
                named("Squeeze all", from(7, 1, 3, 1, 4).node("Squeeze", "x", "y")),
                named("Unsqueeze", from(11, 3, 4).node("Unsqueeze", "x", "y", ints("axes", 0, 3))),
                named("Slice", from(7, 5, 6).node("Slice", "x", "y", ints("starts", 1, -3), ints("ends", 9, -1))),
                named(
                        "Slice of one axis",
                        from(9, 5, 6)
                                .node("Slice", "x", "y", ints("axes", 1), ints("starts", 2), ints("ends", 1L << 40))),
                named(
                        "Split",
                        from(7, 4, 6)
                                .node("Split", "x", "y b", integer("axis", 1), ints("split", 2, 4))
                                .output("b")),
                named("Split in halves", from(7, 4, 6).node("Split", "x", "a y")),
                named("Split in thirds", from(13, 4, 6).node("Split", "x", "a b y", integer("axis", 1))),
                named("TopK", from(7, 3, 8).node("TopK", "x", "y i", integer("k", 3), integer("axis", 1))),
                named("Pad", from(7, 3, 4).node("Pad", "x", "y", ints("pads", 1, 0, 2, 3), real("value", 0.5f))),
                named(
                        "Pad of doubles",
                        new TestGraph(7)
                                .input("x", DataType.DOUBLE, 3)
                                .output("y", DataType.DOUBLE)
                                .node("Pad", "x", "y", ints("pads", 1, 2), real("value", 0.5f))),
                named(
                        "Pad by reflection",
                        from(9, 3, 4).node("Pad", "x", "y", text("mode", "reflect"), ints("pads", 1, 0, 1, 2))),
                named("ReduceSum", from(7, 3, 4, 5).node("ReduceSum", "x", "y", ints("axes", 1))),
                named("ReduceSum of all", from(12, 3, 4, 5).node("ReduceSum", "x", "y", integer("keepdims", 0))),
                named("ReduceMean", from(7, 3, 4, 5).node("ReduceMean", "x", "y", ints("axes", 0, 2))),
                named("ReduceMax", from(11, 3, 4, 5).node("ReduceMax", "x", "y", ints("axes", -1))),
                named("ReduceL2", from(7, 3, 4, 5).node("ReduceL2", "x", "y", integer("keepdims", 0))),
                named("ReduceLogSumExp", from(17, 3, 4).node("ReduceLogSumExp", "x", "y", ints("axes", 0))));
    }

    private static Stream<Arguments> resizes() {
        return Stream.of(
                named(
                        "Upsample 7",
                        from(7, 1, 2, 3, 4)
                                .node("Upsample", "x", "y", reals("scales", 1, 1, 2.5f, 3), text("mode", "nearest"))),
                named(
                        "Upsample 7 linear",
                        from(7, 1, 2, 3, 4)
                                .node("Upsample", "x", "y", reals("scales", 1, 1, 2, 3), text("mode", "linear"))),
                named(
                        "Upsample 9",
                        from(9, 1, 2, 3, 4).floats("s", 1, 1, 2, 2.3f).node("Upsample", "x s", "y")),
                named(
                        "Resize 10",
                        from(10, 1, 2, 5, 4).floats("s", 1, 1, 2, 2.3f).node("Resize", "x s", "y")),
                named(
                        "Resize 10 smaller",
                        from(10, 1, 2, 7, 8).floats("s", 1, 1, 0.6f, 0.4f).node("Resize", "x s", "y")),
                named(
                        "Resize 10 linear",
                        from(10, 1, 2, 7, 8)
                                .floats("s", 1, 1, 0.6f, 1.7f)
                                .node("Resize", "x s", "y", text("mode", "linear"))),
                named(
                        "Resize 11 by sizes",
                        from(11, 1, 2, 7, 8)
                                .floats("none")
                                .longs("to", 1, 2, 5, 11)
                                .node("Resize", "x none none to", "y", text("mode", "linear"))),
                named("Resize 11 cubic", cubic()));
    }

    private static TestGraph cubic() {
        return from(11, 1, 2, 7, 8)
                .floats("none")
                .floats("s", 1, 1, 1.5f, 1.5f)
                .node(
                        "Resize",
                        "x none s",
                        "y",
                        text("mode", "cubic"),
                        text("coordinate_transformation_mode", "align_corners"));
    }

    private static Stream<Arguments> others() {
        return Stream.of(
                named("Dropout 7", from(7, 3, 4).node("Dropout", "x", "y mask", real("ratio", 0.4f))),
                named("Dropout 10", from(10, 3, 4).node("Dropout", "x", "y")),
                named("BatchNormalization", normalized(from(7, 2, 3, 4, 4), "y", 3)),
                named("BatchNormalization a place", normalized(from(7, 2, 3, 4), "y", 3, 4, integer("spatial", 0))),
                named("Scatter", scatter()),
                named("OneHot", oneHot()),
                named("RoiAlign", roiAlign()),
                named("AveragePool", pool("pads", 1, 0)),
                named("AveragePool with padding counted", pool("pads", 1, 1)),
                named("AveragePool with a ceiling", averageCeiling()),
                named("ConvTranspose", transposed(ints("output_shape", 9, 9))),
                named(
                        "ConvTranspose SAME_UPPER",
                        transposed(text("auto_pad", "SAME_UPPER"), ints("output_shape", 7, 7))),
                named("Gemm, Flatten, Cast", several()),
                named("An LSTM", lstm()));
    }

    private static TestGraph normalized(TestGraph graph, String outputs, Object... dimsThenAttributes) {
        long[] dims = Stream.of(dimsThenAttributes)
                .filter(Integer.class::isInstance)
                .mapToLong(dim -> (Integer) dim)
                .toArray();
        return graph.weights("gamma", dims)
                .weights("beta", dims)
                .weights("mean", dims)
                .positive("var", dims)
                .node(
                        "BatchNormalization",
                        "x gamma beta mean var",
                        outputs,
                        Stream.of(dimsThenAttributes)
                                .filter(each -> !(each instanceof Integer))
                                .toArray(AttributeProto[]::new));
    }

    private static TestGraph scatter() {
        return from(9, 1, 5)
                .tensor(Tensors.ofLongs("i", List.of(1L, 2L), 1, 3))
                .weights("u", 1, 2)
                .node("Scatter", "x i u", "y", integer("axis", 1));
    }

    private static TestGraph oneHot() {
        return new TestGraph(9)
                .input("x", DataType.INT64, 6)
                .output("y")
                .longs("depth", 2)
                .floats("values", 0.25f, 3)
                .node("OneHot", "x depth values", "y");
    }

    private static TestGraph roiAlign() {
        return from(10, 1, 2, 8, 8)
                .tensor(Tensors.ofFloats("rois", List.of(1L, 4L), new float[] {1, 1.5f, 6, 7}))
                .longs("batch", 0)
                .node(
                        "RoiAlign",
                        "x rois batch",
                        "y",
                        integer("output_height", 3),
                        integer("output_width", 3),
                        integer("sampling_ratio", 2));
    }

    private static TestGraph pool(String pads, long pad, long counted) {
        return from(7, 1, 2, 7, 7)
                .node(
                        "AveragePool",
                        "x",
                        "y",
                        ints("kernel_shape", 3, 3),
                        ints("strides", 2, 2),
                        ints(pads, pad, pad, pad, pad),
                        integer("count_include_pad", counted));
    }

    private static TestGraph averageCeiling() {
        return from(10, 1, 2, 8, 8)
                .node(
                        "AveragePool",
                        "x",
                        "y",
                        ints("kernel_shape", 3, 3),
                        ints("strides", 2, 2),
                        integer("ceil_mode", 1));
    }

    private static TestGraph transposed(AttributeProto... attributes) {
        return from(7, 1, 2, 4, 4)
                .weights("w", 2, 3, 3, 3)
                .node(
                        "ConvTranspose",
                        "x w",
                        "y",
                        Stream.concat(Stream.of(attributes), Stream.of(ints("strides", 2, 2)))
                                .toArray(AttributeProto[]::new));
    }

    private static TestGraph several() {
        return from(7, 2, 3, 4)
                .weights("w", 12, 5)
                .weights("b", 5)
                .node("Flatten", "x", "f")
                .node("Gemm", "f w b", "g", real("alpha", 0.5f))
                .node("Cast", "g", "d", integer("to", DataType.DOUBLE.getNumber()))
                .node("Cast", "d", "y", integer("to", DataType.FLOAT.getNumber()));
    }

    private static TestGraph lstm() {
        return from(7, 4, 1, 3)
                .weights("w", 1, 20, 3)
                .weights("r", 1, 20, 5)
                .weights("b", 1, 40)
                .node("LSTM", "x w r b", "y", integer("hidden_size", 5));
    }

    private static Arguments named(String name, TestGraph graph) {
        return Arguments.of(name, graph.model());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("graphs")
    void means_the_same_in_every_newer_opset(String name, ModelProto model) throws Exception {
        for (int target : TARGETS) {
            if (target > model.getOpsetImport(0).getVersion()) {
                BeforeAndAfter moved = BeforeAndAfter.of(model, to(target)).answersAlike(1e-6);

                assertThat(moved.after().getOpsetImport(0).getVersion()).isEqualTo(target);
            }
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refused("opset 6", from(6, 3).node("Relu", "x", "y"), 13, "export it again with opset 7"),
                refused(
                        "an unknown operator",
                        from(9, 3).node("ConstantFill", "x", "y"),
                        13,
                        "ConstantFill (node 'y', output 'y')"),
                refused(
                        "a computed scale",
                        from(10, 1, 1, 4, 4).input("s", 4).node("Resize", "x s", "y"),
                        13,
                        "scales are computed"),
                refused(
                        "a mixed scale",
                        from(10, 1, 1, 4, 4).floats("s", 1, 1, 2, 0.5f).node("Resize", "x s", "y"),
                        13,
                        "shrinks another"),
                refused(
                        "a used mask",
                        from(10, 3).node("Dropout", "x", "y m").output("m", DataType.BOOL),
                        13,
                        "mask is used"),
                refused(
                        "statistics for training",
                        normalized(from(7, 2, 3, 4), "y a b c d", 3),
                        14,
                        "computes statistics"),
                refused(
                        "a removed mode",
                        from(11, 1, 1, 4, 4)
                                .floats("s", 1, 1, 2, 2)
                                .floats("none")
                                .node(
                                        "Resize",
                                        "x none s",
                                        "y",
                                        text("coordinate_transformation_mode", "tf_half_pixel_for_nn")),
                        13,
                        "tf_half_pixel_for_nn"),
                refused(
                        "a padded ceiling",
                        from(10, 1, 2, 8, 8)
                                .node(
                                        "AveragePool",
                                        "x",
                                        "y",
                                        ints("kernel_shape", 3, 3),
                                        ints("pads", 1, 1, 1, 1),
                                        integer("ceil_mode", 1)),
                        19,
                        "below 19"));
    }

    private static Arguments refused(String name, TestGraph graph, int target, String says) {
        return Arguments.of(name, graph.model(), target, says);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refuses_what_cannot_be_said(String name, ModelProto model, int target, String says) {
        assertThatThrownBy(() -> BeforeAndAfter.of(model, to(target)))
                .isInstanceOfSatisfying(ModelRefused.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ModelRefused.Code.NOT_COMPRESSIBLE))
                .hasMessageContaining(says);
    }

    @Test
    void names_the_axis_where_only_one_can_be_meant() throws Exception {
        ModelProto pooled = from(7, 1, 9, 1, 1).node("Softmax", "x", "y").model();

        assertThat(BeforeAndAfter.of(pooled, to(13)).types()).containsExactly("Softmax");
    }

    @Test
    void leaves_a_newer_model_and_other_domains_alone() throws Exception {
        ModelProto newer = from(15, 3).node("com.microsoft", "Gelu", "x", "y").model();

        assertThat(BeforeAndAfter.of(newer, to(13))
                        .answersAlike(0)
                        .after()
                        .getOpsetImport(0)
                        .getVersion())
                .isEqualTo(15);
        assertThat(BeforeAndAfter.of(newer, to(17)).answersAlike(0).types()).containsExactly("Gelu");
    }

    @Test
    void moves_a_whole_network() throws Exception {
        for (int target : TARGETS) {
            BeforeAndAfter.of(SmallModels.network(), to(target)).answersAlike(0);
        }
    }

    private static PassSpec to(int opset) {
        return new PassSpec("upgrade-opset", Map.of("to", opset));
    }
}

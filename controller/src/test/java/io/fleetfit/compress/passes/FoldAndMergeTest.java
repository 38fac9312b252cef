package io.fleetfit.compress.passes;

import static io.fleetfit.onnx.TestGraph.graph;
import static io.fleetfit.onnx.TestGraph.integer;
import static io.fleetfit.onnx.TestGraph.ints;
import static io.fleetfit.onnx.TestGraph.real;
import static io.fleetfit.onnx.TestGraph.text;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.onnx.TestGraph;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Batch normalisation, scales and branches become part of the layer next to them. */
class FoldAndMergeTest {
    private static final PassSpec[] ALL = {
        PassSpec.of("fold-batch-normalization"),
        PassSpec.of("fold-scales"),
        PassSpec.of("merge-branches"),
        PassSpec.of("drop-unused")
    };

    private static TestGraph image() {
        return new TestGraph(13).input("x", -1, 8, 9, 9).output("y");
    }

    private static TestGraph norm(TestGraph graph, String in, String out, int channels) {
        return graph.weights(out + ".g", channels)
                .weights(out + ".b", channels)
                .weights(out + ".m", channels)
                .positive(out + ".v", channels)
                .node("BatchNormalization", in + " " + out + ".g " + out + ".b " + out + ".m " + out + ".v", out);
    }

    private static TestGraph conv(TestGraph graph, String in, String out, long outputs, long inputs, long h, long w) {
        return conv(graph, in, out, new long[] {outputs, inputs, h, w}, ints("pads", h / 2, w / 2, h / 2, w / 2));
    }

    private static TestGraph conv(TestGraph graph, String in, String out, long[] dims, AttributeProto... attributes) {
        return graph.weights(out + ".w", dims)
                .weights(out + ".b", dims[0])
                .node("Conv", in + " " + out + ".w " + out + ".b", out, attributes);
    }

    static Stream<Arguments> foldable() {
        return Stream.of(
                Arguments.of("BN after Conv", norm(conv(image(), "x", "c", 6, 8, 3, 3), "c", "y", 6), List.of("Conv")),
                Arguments.of(
                        "BN after grouped ConvTranspose",
                        norm(
                                image().weights("w", 8, 3, 2, 2)
                                        .node("ConvTranspose", "x w", "c", integer("group", 2), ints("strides", 2, 2)),
                                "c",
                                "y",
                                6),
                        List.of("ConvTranspose")),
                Arguments.of("BN after Gemm", norm(gemm(0, 72), "g", "y", 5), List.of("Flatten", "Gemm")),
                Arguments.of("BN after transposed Gemm", norm(gemm(1, 72), "g", "y", 5), List.of("Flatten", "Gemm")),
                Arguments.of(
                        "BN before unpadded Conv",
                        conv(norm(image(), "x", "n", 8), "n", "y", new long[] {6, 4, 3, 3}, integer("group", 2)),
                        List.of("Conv")),
                Arguments.of(
                        "BN before padded Conv stays",
                        conv(norm(image(), "x", "n", 8), "n", "y", 6, 8, 3, 3),
                        List.of("BatchNormalization", "Conv")),
                Arguments.of("scale and shift after Conv", scaled(), List.of("Conv")),
                Arguments.of("a scale before padded Conv", scaledBefore(), List.of("Conv")),
                Arguments.of("hard swish stays", hardSwish(), List.of("Conv", "Add", "Clip", "Mul", "Div")),
                Arguments.of(
                        "a constant of more channels stays",
                        conv(image(), "x", "c", 1, 8, 1, 1)
                                .weights("k", 1, 5, 1, 1)
                                .node("Mul", "c k", "y"),
                        List.of("Conv", "Mul")),
                Arguments.of(
                        "a value that is an output stays",
                        norm(conv(image(), "x", "c", 6, 8, 3, 3), "c", "y", 6).output("c"),
                        List.of("Conv", "BatchNormalization")));
    }

    private static TestGraph gemm(long transposed, long inputs) {
        return new TestGraph(13)
                .input("x", -1, 8, 9)
                .output("y")
                .weights("w", transposed == 1 ? 5 : inputs, transposed == 1 ? inputs : 5)
                .weights("b", 1, 5)
                .node("Flatten", "x", "f")
                .node("Gemm", "f w b", "g", integer("transB", transposed), real("alpha", 0.7f));
    }

    private static TestGraph scaled() {
        return conv(image(), "x", "c", 6, 8, 3, 3)
                .positive("k", 1, 6, 1, 1)
                .positive("d", 6, 1, 1)
                .weights("s", 1, 6, 1, 1)
                .floats("one", 1.5f)
                .node("Mul", "k c", "c1")
                .node("Sub", "s c1", "c2")
                .node("Add", "c2 one", "c3")
                .node("Div", "c3 d", "y");
    }

    private static TestGraph scaledBefore() {
        return conv(image().positive("k", 8, 1, 1).node("Mul", "x k", "m"), "m", "y", 6, 8, 3, 3);
    }

    private static TestGraph hardSwish() {
        return conv(image(), "x", "c", 6, 8, 3, 3)
                .floats("three", 3)
                .floats("zero", 0)
                .floats("six", 6)
                .node("Add", "c three", "a")
                .tensor(scalar("low", 0))
                .tensor(scalar("high", 6))
                .node("Clip", "a low high", "k")
                .node("Mul", "c k", "m")
                .node("Div", "m six", "y");
    }

    private static TensorProto scalar(String name, float value) {
        return Tensors.ofFloats(name, List.of(), new float[] {value});
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("foldable")
    void folds_where_it_is_right(String name, TestGraph graph, List<String> left) throws Exception {
        BeforeAndAfter folded = BeforeAndAfter.of(graph.model(), ALL).answersAlike(1e-5);

        assertThat(folded.types()).containsExactlyElementsOf(left);
    }

    static Stream<Arguments> branches() {
        return Stream.of(
                Arguments.of("RepVGG", repVgg(1), List.of("Conv", "Relu")),
                Arguments.of("RepVGG in groups", repVgg(4), List.of("Conv", "Relu")),
                Arguments.of("MobileOne, depthwise", repVgg(8), List.of("Conv", "Relu")),
                Arguments.of("a stride of two", strided(0, 0), List.of("Conv")),
                Arguments.of("a stride of two at other places", strided(1, 0), List.of("Conv")),
                Arguments.of("ACNet", asymmetric(), List.of("Conv")),
                Arguments.of("SAME_UPPER", same(), List.of("Conv")),
                Arguments.of("a sum of others", others(), List.of("Sigmoid", "Conv", "Add")),
                Arguments.of(
                        "a dear merge stays",
                        conv(conv(image(), "x", "a", 8, 8, 1, 3), "x", "b", 8, 8, 3, 1)
                                .node("Add", "a b", "y"),
                        List.of("Conv", "Conv", "Add")),
                Arguments.of(
                        "different groups stay",
                        conv(
                                        conv(image(), "x", "a", 8, 8, 3, 3),
                                        "x",
                                        "b",
                                        new long[] {8, 1, 1, 1},
                                        integer("group", 8))
                                .node("Add", "a b", "y"),
                        List.of("Conv", "Conv", "Add")),
                Arguments.of(
                        "a dilated branch stays",
                        conv(
                                        conv(image(), "x", "a", 8, 8, 3, 3),
                                        "x",
                                        "b",
                                        new long[] {8, 8, 3, 3},
                                        ints("dilations", 2, 2),
                                        ints("pads", 2, 2, 2, 2))
                                .node("Add", "a b", "y"),
                        List.of("Conv", "Conv", "Add")));
    }

    private static TestGraph repVgg(int groups) {
        TestGraph graph = image();
        conv(graph, "x", "c3", new long[] {8, 8 / groups, 3, 3}, ints("pads", 1, 1, 1, 1), integer("group", groups));
        conv(graph, "x", "c1", new long[] {8, 8 / groups, 1, 1}, integer("group", groups));
        norm(norm(norm(graph, "c3", "n3", 8), "c1", "n1", 8), "x", "n0", 8);
        return graph.node("Add", "n3 n1", "s").node("Add", "s n0", "t").node("Relu", "t", "y");
    }

    private static TestGraph strided(long begin, long end) {
        TestGraph graph = image();
        conv(graph, "x", "a", new long[] {6, 8, 3, 3}, ints("strides", 2, 2), ints("pads", 1, 1, 1, 1));
        conv(graph, "x", "b", new long[] {6, 8, 1, 1}, ints("strides", 2, 2));
        conv(
                graph,
                "x",
                "c",
                new long[] {6, 8, 2, 2},
                ints("strides", 2, 2),
                ints("pads", begin, begin, 1 - begin + end, 1 - begin + end));
        return graph.node("Sum", "a b c", "y");
    }

    private static TestGraph asymmetric() {
        TestGraph graph = conv(conv(conv(image(), "x", "a", 8, 8, 3, 3), "x", "b", 8, 8, 1, 3), "x", "c", 8, 8, 3, 1);
        return graph.node("Add", "a b", "s").node("Add", "c s", "y");
    }

    private static TestGraph same() {
        TestGraph graph = image();
        conv(graph, "x", "a", new long[] {8, 8, 4, 3}, text("auto_pad", "SAME_UPPER"));
        conv(graph, "x", "b", new long[] {8, 8, 1, 1}, text("auto_pad", "VALID"));
        return graph.node("Add", "a b", "y");
    }

    /** Two branches to merge, and a term that has nothing to do with them. */
    private static TestGraph others() {
        TestGraph graph = image().node("Sigmoid", "x", "g");
        conv(conv(graph, "x", "a", 8, 8, 3, 3), "x", "b", 8, 8, 1, 1);
        return graph.node("Add", "a g", "s").node("Add", "s b", "y");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("branches")
    void merges_branches_where_it_is_right(String name, TestGraph graph, List<String> left) throws Exception {
        BeforeAndAfter merged = BeforeAndAfter.of(graph.model(), ALL).answersAlike(1e-5);

        assertThat(merged.types()).containsExactlyElementsOf(left);
    }

    @Test
    void a_shared_weight_keeps_its_values_for_the_others() throws Exception {
        TestGraph graph = image().weights("w", 8, 8, 3, 3)
                .node("Conv", "x w", "a", ints("pads", 1, 1, 1, 1))
                .node("Conv", "a w", "b", ints("pads", 1, 1, 1, 1));
        norm(graph, "b", "y", 8);

        assertThat(BeforeAndAfter.of(graph.model(), ALL).answersAlike(1e-5).types())
                .containsExactly("Conv", "Conv");
    }

    @Test
    void a_value_that_an_inner_graph_uses_stays() throws Exception {
        TestGraph then = new TestGraph(13).output("t").node("Neg", "c", "t");
        TestGraph otherwise = new TestGraph(13).output("e").node("Abs", "c.w", "e");
        TestGraph graph = norm(conv(image().input("go", DataType.BOOL), "x", "c", 8, 8, 3, 3), "c", "y", 8)
                .output("z")
                .node("If", "go", "z", graph("then_branch", then.graph()), graph("else_branch", otherwise.graph()));

        BeforeAndAfter folded = BeforeAndAfter.of(graph.model(), ALL).answersAlike(1e-5);

        assertThat(folded.types()).containsExactly("Conv", "BatchNormalization", "If");
        assertThat(folded.findings())
                .anySatisfy(finding -> assertThat(finding.subject()).isEqualTo("y"));
    }
}

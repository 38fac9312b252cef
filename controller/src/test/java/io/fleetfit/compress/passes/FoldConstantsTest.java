package io.fleetfit.compress.passes;

import static io.fleetfit.onnx.TestGraph.integer;
import static io.fleetfit.onnx.TestGraph.ints;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.fleetfit.compress.PassSpec;
import io.fleetfit.onnx.Tensors;
import io.fleetfit.onnx.TestGraph;
import java.util.List;
import org.junit.jupiter.api.Test;

class FoldConstantsTest {
    private static final PassSpec FOLD = PassSpec.of("fold-constants");
    private static final PassSpec DROP = PassSpec.of("drop-unused");

    @Test
    void computes_what_depends_on_constants_alone() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 2, 8)
                .output("y")
                .weights("w", 4, 8)
                .weights("s", 4, 1)
                .node("Mul", "w s", "scaled")
                .node("Transpose", "scaled", "t", ints("perm", 1, 0))
                .node("MatMul", "x t", "y");

        BeforeAndAfter folded = BeforeAndAfter.of(graph.model(), FOLD, DROP).answersAlike(0);

        assertThat(folded.types()).containsExactly("MatMul");
        assertThat(folded.after().getGraph().getInitializerCount()).isEqualTo(1);
    }

    @Test
    void keeps_large_integers_exact() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 9)
                .output("y")
                .longs("start", 2)
                .longs("huge", Long.MAX_VALUE - 1)
                .longs("one", 1)
                .node("Add", "huge one", "end")
                .node("Slice", "x start end", "y");

        BeforeAndAfter folded = BeforeAndAfter.of(graph.model(), FOLD, DROP).answersAlike(0);

        assertThat(folded.types()).containsExactly("Slice");
        assertThat(folded.after().getGraph().getInitializerList())
                .contains(Tensors.ofLongs("end", List.of(1L), Long.MAX_VALUE));
    }

    @Test
    void knows_shapes_that_are_fixed_and_no_others() throws Exception {
        BeforeAndAfter fixed =
                BeforeAndAfter.of(flattened(2).model(), FOLD, DROP).answersAlike(0);
        BeforeAndAfter open =
                BeforeAndAfter.of(flattened(-1).model(), FOLD, DROP).answersAlike(0);

        assertThat(fixed.types()).containsExactly("Relu", "Reshape");
        assertThat(open.types()).contains("Shape", "Gather");
    }

    /** As exporters write {@code x.view(x.size(0), -1)}. */
    private static TestGraph flattened(long batch) {
        return new TestGraph(13)
                .input("x", batch, 3, 4)
                .output("y")
                .tensor(Tensors.ofLongs("zero", List.of(), 0))
                .longs("axis", 0)
                .longs("rest", -1)
                .node("Relu", "x", "r")
                .node("Shape", "r", "s")
                .node("Gather", "s zero", "n")
                .node("Unsqueeze", "n axis", "n1")
                .node("Concat", "n1 rest", "to", integer("axis", 0))
                .node("Reshape", "r to", "y");
    }

    @Test
    void does_not_let_a_small_file_become_a_large_one() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 1)
                .output("y")
                .longs("huge", 30_000, 30_000)
                .node("ConstantOfShape", "huge", "zeros")
                .longs("times", 200, 200)
                .weights("w", 2, 2)
                .node("Tile", "w times", "tiled")
                .node("ReduceMax", "tiled", "m", integer("keepdims", 0))
                .node("Shape", "zeros", "s")
                .node("Cast", "s", "f", integer("to", DataType.FLOAT.getNumber()))
                .node("ReduceMax", "f", "m2", integer("keepdims", 0))
                .node("Add", "x m", "a")
                .node("Add", "a m2", "y");

        BeforeAndAfter folded = BeforeAndAfter.of(graph.model(), FOLD, DROP);

        assertThat(folded.types()).containsExactly("Tile", "ReduceMax", "Add", "Add");
        assertThat(folded.findings())
                .anySatisfy(finding -> assertThat(finding.subject()).isEqualTo("tiled"));
        assertThat(folded.after().getSerializedSize()).isLessThan(2_000);
    }

    @Test
    void leaves_randomness_and_weights_stored_small() throws Exception {
        TestGraph graph = new TestGraph(13)
                .input("x", 2, 64)
                .output("y")
                .weights("w", 64, 16)
                .node("MatMul", "x w", "m")
                .longs("to", 2, 16)
                .node("Expand", "one to", "e")
                .floats("one", 1)
                .node("RandomUniformLike", "e", "noise")
                .node("Mul", "noise zero", "nothing")
                .floats("zero", 0)
                .node("Add", "m nothing", "y");

        BeforeAndAfter folded = BeforeAndAfter.of(graph.model(), PassSpec.of("store-as-halves"), FOLD, DROP)
                .answersAlike(1e-3);

        assertThat(folded.types()).contains("Cast", "RandomUniformLike").doesNotContain("Expand");
    }
}

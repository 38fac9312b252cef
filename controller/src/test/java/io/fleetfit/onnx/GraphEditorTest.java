package io.fleetfit.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GraphEditorTest {
    private static ModelProto model() {
        TestGraph then = new TestGraph(13).output("inner").weights("hidden", 2).node("Add", "x hidden", "inner");
        TestGraph otherwise = new TestGraph(13).output("e").node("Neg", "x", "e");
        return new TestGraph(13)
                .input("x", 2)
                .input("go", DataType.BOOL)
                .output("y")
                .node(
                        "If",
                        "go",
                        "y",
                        TestGraph.graph("then_branch", then.graph()),
                        TestGraph.graph("else_branch", otherwise.graph()))
                .model();
    }

    @Test
    void a_fresh_name_is_taken_nowhere_not_even_inside_a_node() {
        GraphEditor editor = new GraphEditor(model());
        editor.nodes()
                .add(NodeProto.newBuilder()
                        .setOpType("Neg")
                        .addInput("x")
                        .addOutput("added")
                        .build());

        assertThat(List.of("x", "y", "inner", "hidden", "added"))
                .allSatisfy(name -> assertThat(editor.freshName(name)).isEqualTo(name + "_2"));
        assertThat(editor.freshName("new")).isEqualTo("new");
        assertThat(editor.freshName("new")).isEqualTo("new_2");
    }

    @Test
    void many_fresh_names_take_little_time() {
        GraphEditor editor = new GraphEditor(model());

        Set<String> names = assertTimeout(Duration.ofSeconds(5), () -> {
            Set<String> all = new HashSet<>();
            for (int i = 0; i < 100_000; i++) {
                all.add(editor.freshName("w"));
            }
            return all;
        });

        assertThat(names).hasSize(100_000);
    }

    @Test
    void what_inner_graphs_use_counts_as_used() {
        assertThat(new GraphEditor(model()).uses()).containsEntry("x", 2).containsEntry("go", 1);
    }

    @Test
    void two_nodes_never_share_a_name() {
        GraphEditor editor = new GraphEditor(model());
        NodeProto twin = NodeProto.newBuilder()
                .setOpType("Neg")
                .setName("y")
                .addInput("x")
                .addOutput("other")
                .build();
        editor.nodes().add(twin);

        assertThat(editor.build().getGraph().getNodeList())
                .extracting(NodeProto::getName)
                .containsExactly("y", "y_2");
    }

    @Test
    void the_format_is_as_new_as_the_operators() {
        GraphEditor editor = new GraphEditor(model());
        editor.opset("", 21);

        ModelProto built = editor.build();

        assertThat(built.getIrVersion()).isEqualTo(10);
        assertThat(built.getOpsetImport(0).getVersion()).isEqualTo(21);
    }
}

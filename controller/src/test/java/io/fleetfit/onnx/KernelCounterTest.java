package io.fleetfit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelCounterTest {
    private static final Set<String> WEIGHTS = Set.of("w", "s", "z");
    private static final Map<String, Long> ELEMENTS =
            Map.of("x", 10L, "a", 100L, "b", 100L, "c", 50L, "d", 50L, "e", 5L, "y", 5L);

    @Test
    void a_convolution_and_its_activation_are_one_kernel() {
        KernelCounts counts =
                count("y", node("Conv", "a", "x", "w"), node("Relu", "b", "a"), node("Softmax", "y", "b"));

        assertThat(counts).isEqualTo(new KernelCounts(1, 1, 10 + 100 + 100 + 5, 5));
    }

    @Test
    void an_addition_is_fused_into_the_convolution_before_it_and_read_as_well() {
        KernelCounts counts = count(
                "y",
                node("Conv", "a", "x", "w"),
                node("Add", "b", "a", "c"),
                node("Relu", "d", "b"),
                node("MaxPool", "y", "d"));

        assertThat(counts).isEqualTo(new KernelCounts(1, 1, 10 + 50 + 50 + 50 + 5, 5));
    }

    @Test
    void a_value_that_others_read_too_is_not_fused() {
        KernelCounts counts =
                count("y", node("Conv", "a", "x", "w"), node("Relu", "b", "a"), node("Mul", "y", "a", "b"));

        assertThat(counts.products()).isEqualTo(1);
        assertThat(counts.others()).isEqualTo(2);
    }

    @Test
    void quantisation_around_a_convolution_is_part_of_it() {
        KernelCounts counts = count(
                "y",
                node("QuantizeLinear", "a", "x", "s", "z"),
                node("DequantizeLinear", "b", "a", "s", "z"),
                node("DequantizeLinear", "wd", "w", "s", "z"),
                node("Conv", "c", "b", "wd"),
                node("QuantizeLinear", "d", "c", "s", "z"),
                node("DequantizeLinear", "e", "d", "s", "z"),
                node("Reshape", "y", "e", "s"));

        // Only the first quantisation of the input is a kernel of its own
        assertThat(counts.products()).isEqualTo(1);
        assertThat(counts.others()).isEqualTo(1);
    }

    private static KernelCounts count(String output, NodeProto... nodes) {
        GraphProto graph = GraphProto.newBuilder()
                .addAllNode(List.of(nodes))
                .addOutput(ValueInfoProto.newBuilder().setName(output))
                .build();
        return new KernelCounter(graph, WEIGHTS, Set.of("Reshape"), it -> ELEMENTS.getOrDefault(it, 0L)).count();
    }

    private static NodeProto node(String operator, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .addOutput(output)
                .addAllInput(List.of(inputs))
                .build();
    }
}

package io.fleetfit.compress.linear;

import static io.fleetfit.compress.linear.Net.integer;
import static io.fleetfit.compress.linear.Net.ints;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.worker.OrtGraphRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Layers whose weights were spoilt get them back from what the original gives. */
class ReconstructionTest {
    private static final long[] INPUT = {1, 3, 8, 8};

    private static final ModelProto ORIGINAL = Net.of(12, INPUT)
            .conv("x", "c", 8, 3, 3, ints("pads", 1, 1, 1, 1))
            .node("Relu", "c", "r")
            .conv("r", "d", 8, 1, 3, ints("pads", 1, 0, 1, 0), ints("strides", 1, 2), integer("group", 8))
            .node("Flatten", "d", "f")
            .weights("w", 192, 6)
            .node("Gemm", "f w", "y")
            .gives("y");

    @Test
    void spoilt_layers_are_found_again_from_input_to_output() throws ModelRefused {
        GraphEditor graph = new GraphEditor(ORIGINAL);
        List<Reconstruction.Fit> fits = new ArrayList<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            NodeProto node = graph.nodes().get(i);
            LinearLayer layer = LinearLayer.of(node, graph).orElse(null);
            if (layer != null) {
                float[] spoilt = layer.matrix(graph);
                for (int k = 0; k < spoilt.length; k += 3) {
                    spoilt[k] = 0;
                }
                graph.nodes().set(i, layer.with(graph, node, spoilt, layer.biases(graph)));
                fits.add(new Reconstruction.Fit(
                        layer.output(), IntStream.range(0, layer.outputs()).toArray()));
            }
        }
        Trial spoilt = new Trial(ORIGINAL, graph.build(), List.of());

        new Reconstruction(new OrtGraphRunner(), ORIGINAL, Trial.samples(800, INPUT), 1e-7).apply(graph, fits);
        Weights.dropUnused(graph);
        Trial fitted = new Trial(ORIGINAL, graph.build(), List.of());

        assertThat(fits).hasSize(3);
        assertThat(spoilt.error(INPUT)).isGreaterThan(0.2);
        assertThat(fitted.error(INPUT)).isLessThan(1e-2);
        assertThat(fitted.after().getGraph().getInitializerCount()).isEqualTo(6);
    }
}

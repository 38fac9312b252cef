package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.onnx.GraphEditor;

/**
 * Folds batch normalisation into the Conv, ConvTranspose or Gemm before it, or the Conv behind it:
 * {@code W' = W·γ/√(σ²+ε)}, {@code b' = (b−μ)·γ/√(σ²+ε)+β} (Jacob et al., arXiv 1712.05877, section 3.2). Only where nothing
 * else uses the value in between; what stays is named.
 */
public final class FoldBatchNormalization implements CompressionPass {
    @Override
    public String name() {
        return "fold-batch-normalization";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) {
        AffineFolding.apply(graph, (node, rank) -> ChannelAffine.ofBatchNormalization(graph, node));
        for (NodeProto node : graph.nodes()) {
            if (GraphEditor.is(node, "BatchNormalization")) {
                context.findings()
                        .accept(new Finding(
                                name(),
                                node.getOutput(0),
                                "the batch normalisation stays: no layer next to it can take it, or it trains"));
            }
        }
    }
}

package io.fleetfit.compress.passes;

import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.PassContext;
import io.fleetfit.onnx.GraphEditor;

/**
 * Folds sums, differences, products and quotients with a constant a channel, as exporters write them for biases and for
 * batch normalisation in parts, into the Conv, ConvTranspose or Gemm before them, or the Conv behind them. Only where
 * nothing else uses the value in between.
 */
public final class FoldScales implements CompressionPass {
    @Override
    public String name() {
        return "fold-scales";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) {
        AffineFolding.apply(graph, (node, rank) -> ChannelAffine.ofArithmetic(graph, node, rank));
    }
}

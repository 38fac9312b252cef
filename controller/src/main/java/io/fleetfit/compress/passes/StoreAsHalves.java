package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.PassContext;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Halves;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores weights as 16-bit floats (IEEE 754 binary16) behind a cast that ONNX Runtime folds when it loads the model. A
 * tensor with a value beyond ±65504 stays as it is.
 */
public final class StoreAsHalves implements CompressionPass {
    @Override
    public String name() {
        return "store-as-halves";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) {
        List<NodeProto> casts = new ArrayList<>();
        for (TensorProto tensor : graph.initializers()) {
            if (!Tensors.isFloat(tensor) || Tensors.elements(tensor) < StoredWeights.LEAST_ELEMENTS) {
                continue;
            }
            float[] values = Tensors.floats(tensor);
            if (!Halves.fits(values)) {
                continue;
            }
            String stored = graph.freshName(tensor.getName() + "_fp16");
            graph.remove(tensor.getName());
            graph.put(Tensors.ofHalves(stored, tensor.getDimsList(), Halves.of(values)));
            casts.add(StoredWeights.castToFloat(stored, tensor.getName()));
        }
        graph.nodes().addAll(0, casts);
    }
}

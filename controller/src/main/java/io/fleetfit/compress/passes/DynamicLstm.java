package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** LSTM by ONNX Runtime's operator, whose weights are stored transposed: directions × inputs × 4·hidden. */
final class DynamicLstm {
    private DynamicLstm() {}

    /** Replaces the node if its weights are constant; says whether it did. */
    static boolean rewrite(GraphEditor graph, NodeProto node, int most, List<NodeProto> nodes, List<String> replaced) {
        Optional<TensorProto> w = graph.initializer(node.getInput(1)).filter(StoredWeights::canBeIntegers);
        Optional<TensorProto> r = graph.initializer(node.getInput(2)).filter(StoredWeights::canBeIntegers);
        if (w.isEmpty() || r.isEmpty() || GraphEditor.intAttribute(node, "layout", 0) != 0) {
            return false;
        }
        List<String> inputs = new ArrayList<>(node.getInputList());
        while (inputs.size() < 8) {
            inputs.add("");
        }
        List<String> parameters = new ArrayList<>();
        inputs.set(1, store(graph, w.get(), most, parameters));
        inputs.set(2, store(graph, r.get(), most, parameters));
        inputs.addAll(parameters);
        nodes.add(Attributes.without(node, "layout")
                .setOpType("DynamicQuantizeLSTM")
                .setDomain("com.microsoft")
                .clearInput()
                .addAllInput(inputs)
                .build());
        replaced.add(w.get().getName());
        replaced.add(r.get().getName());
        return true;
    }

    private static String store(GraphEditor graph, TensorProto tensor, int most, List<String> parameters) {
        int directions = Math.toIntExact(tensor.getDims(0));
        int gates = Math.toIntExact(tensor.getDims(1));
        int inner = Math.toIntExact(tensor.getDims(2));
        float[] from = Tensors.floats(tensor);
        byte[] values = new byte[from.length];
        float[] scales = new float[directions * gates];
        for (int row = 0; row < directions * gates; row++) {
            float largest = 0;
            for (int k = 0; k < inner; k++) {
                largest = Math.max(largest, Math.abs(from[row * inner + k]));
            }
            scales[row] = largest == 0 ? 1 : largest / most;
            int start = row / gates * gates * inner + row % gates;
            for (int k = 0; k < inner; k++) {
                values[start + k * gates] = (byte) Math.round(from[row * inner + k] / scales[row]);
            }
        }
        String name = graph.freshName(tensor.getName() + "_int8");
        String scale = graph.freshName(tensor.getName() + "_scales");
        String zero = graph.freshName(tensor.getName() + "_zeros");
        List<Long> perGate = List.of((long) directions, (long) gates);
        graph.put(Tensors.ofBytes(name, List.of((long) directions, (long) inner, (long) gates), values));
        graph.put(Tensors.ofFloats(scale, perGate, scales));
        graph.put(Tensors.ofBytes(zero, perGate, new byte[directions * gates]));
        parameters.add(scale);
        parameters.add(zero);
        return name;
    }
}

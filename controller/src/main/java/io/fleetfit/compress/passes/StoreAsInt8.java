package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.compress.PassSettings;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stores the weights of convolutions and products as 8-bit integers with one scale an output channel (symmetric:
 * {@code scale = max|w| / 127}), behind a cast and a multiplication that ONNX Runtime folds when it loads the model. In
 * this form it needs no newer opset than the model has, and no session option to run at the speed of floats.
 */
public final class StoreAsInt8 implements CompressionPass {
    private static final int LEVELS = 127;
    private static final int MOST_ELEMENTS = 1_000_000_000;

    private final long leastElements;

    /** Setting {@code least-elements}: smaller tensors stay floats; 256 unless told otherwise. */
    public StoreAsInt8(PassSettings settings) {
        leastElements = settings.integer("least-elements", (int) StoredWeights.LEAST_ELEMENTS, 1, MOST_ELEMENTS);
    }

    @Override
    public String name() {
        return "store-as-int8";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) {
        Map<String, Integer> axes = new HashMap<>();
        for (NodeProto node : graph.nodes()) {
            channelAxis(graph, node, axes);
        }
        List<NodeProto> expansions = new ArrayList<>();
        for (TensorProto tensor : graph.initializers()) {
            Integer axis = axes.get(tensor.getName());
            if (axis == null || Tensors.elements(tensor) < leastElements) {
                continue;
            }
            if (StoredWeights.canBeIntegers(tensor)) {
                store(graph, tensor, axis, expansions);
            } else if (Tensors.elements(tensor) >= StoredWeights.LEAST_ELEMENTS) {
                context.findings()
                        .accept(new Finding(
                                name(),
                                tensor.getName(),
                                "stays: its values are no finite 32-bit floating-point numbers"));
            }
        }
        graph.nodes().addAll(0, expansions);
    }

    /** The axis of the output channels: 0 for Conv, 1 for ConvTranspose and products, unless Gemm transposes B. */
    private static void channelAxis(GraphEditor graph, NodeProto node, Map<String, Integer> axes) {
        if (node.getInputCount() < 2 || graph.initializer(node.getInput(1)).isEmpty()) {
            return;
        }
        int rank = graph.initializer(node.getInput(1)).orElseThrow().getDimsCount();
        switch (node.getOpType()) {
            case "Conv" -> axes.put(node.getInput(1), 0);
            case "ConvTranspose" -> axes.put(node.getInput(1), 1);
            case "Gemm" -> axes.put(node.getInput(1), GraphEditor.intAttribute(node, "transB", 0) == 1 ? 0 : 1);
            case "MatMul" -> {
                if (rank >= 2) {
                    axes.put(node.getInput(1), rank - 1);
                }
            }
            default -> {
                // Other operators keep their weights.
            }
        }
    }

    private static void store(GraphEditor graph, TensorProto tensor, int axis, List<NodeProto> expansions) {
        List<Long> dims = tensor.getDimsList();
        float[] values = Tensors.floats(tensor);
        int channels = Math.toIntExact(dims.get(axis));
        int inner = Math.toIntExact(dims.stream().skip(axis + 1L).reduce(1L, (a, b) -> a * b));
        float[] scales = scales(values, channels, inner);
        byte[] stored = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            stored[i] = (byte) Math.round(values[i] / scales[i / inner % channels]);
        }
        String integers = graph.freshName(tensor.getName() + "_int8");
        String scale = graph.freshName(tensor.getName() + "_scale");
        String floats = graph.freshName(tensor.getName() + "_float");
        graph.remove(tensor.getName());
        graph.put(Tensors.ofBytes(integers, dims, stored));
        List<Long> scaleDims = new ArrayList<>(dims.stream().map(dim -> 1L).toList());
        scaleDims.set(axis, (long) channels);
        graph.put(Tensors.ofFloats(scale, scaleDims, scales));
        expansions.add(StoredWeights.castToFloat(integers, floats));
        expansions.add(NodeProto.newBuilder()
                .setOpType("Mul")
                .setName(tensor.getName() + "_rescale")
                .addInput(floats)
                .addInput(scale)
                .addOutput(tensor.getName())
                .build());
    }

    private static float[] scales(float[] values, int channels, int inner) {
        float[] scales = new float[channels];
        for (int i = 0; i < values.length; i++) {
            int channel = i / inner % channels;
            scales[channel] = Math.max(scales[channel], Math.abs(values[i]));
        }
        for (int c = 0; c < channels; c++) {
            scales[c] = scales[c] == 0 ? 1 : scales[c] / LEVELS;
        }
        return scales;
    }
}

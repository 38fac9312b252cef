package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.quantize.Unit.WeightSpec;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts weights and biases into a graph as integers; nodes that share weights share the integers too. */
final class StoredWeights {
    /** What stands in the graph for weights already. */
    private record Stored(WeightGrid grid, String floats) {}

    private final GraphEditor editor;
    private final FreshNames names;
    private final List<NodeProto> nodes;
    private final Ranges ranges;
    private final NumberForm form;
    private final boolean correctBias;
    private final Map<String, List<Stored>> known = new HashMap<>();

    /** Adds nodes to {@code nodes} and initializers to {@code editor}. */
    StoredWeights(
            GraphEditor editor,
            FreshNames names,
            List<NodeProto> nodes,
            Ranges ranges,
            NumberForm form,
            boolean correctBias) {
        this.editor = editor;
        this.names = names;
        this.nodes = nodes;
        this.ranges = ranges;
        this.form = form;
        this.correctBias = correctBias;
    }

    /** Gives a node integers for weights and bias; {@code inputScale} is the scale of its input. */
    void write(Unit unit, WeightSpec spec, NodeProto.Builder node, float inputScale) {
        TensorProto weight = editor.initializer(spec.name()).orElseThrow();
        double step = inputScale * spec.factor();
        float[] bias = spec.bias().map(name -> bias(name, spec.channels())).orElse(null);
        WeightGrid grid = WeightGrid.of(weight, spec.axis(), form.weightLimit(), bias, step);
        Optional<float[]> shift = correctBias && takesBias(node) ? shift(unit, node, weight, grid) : Optional.empty();
        if (shift.isPresent()) {
            bias = corrected(bias, shift.get());
            grid = WeightGrid.of(weight, spec.axis(), form.weightLimit(), bias, step);
        }
        node.setInput(1, weights(weight, grid));
        if (bias != null) {
            String floats = bias(spec.bias().orElse(spec.name() + "_bias"), bias, grid, step);
            if (node.getInputCount() > 2) {
                node.setInput(2, floats);
            } else {
                node.addInput(floats);
            }
        }
    }

    private float[] bias(String name, int channels) {
        float[] values = Tensors.floats(editor.initializer(name).orElseThrow());
        if (values.length == channels) {
            return values;
        }
        float[] all = new float[channels];
        Arrays.fill(all, values[0]);
        return all;
    }

    private static boolean takesBias(NodeProto.Builder node) {
        return switch (node.getOpType()) {
            case "Conv" -> true;
            case "Gemm" ->
                node.getAttributeList().stream()
                        .noneMatch(attribute -> attribute.getName().equals("beta") && attribute.getF() != 1);
            default -> false;
        };
    }

    private Optional<float[]> shift(Unit unit, NodeProto.Builder node, TensorProto weight, WeightGrid grid) {
        String input = unit.activations().get(0);
        double factor = unit.weights().map(WeightSpec::factor).orElse(1.0);
        return ranges.means(input)
                .flatMap(means -> BiasShift.of(
                        node.build(),
                        weight,
                        grid.error(weight),
                        means,
                        ranges.shape(input),
                        ranges.shape(unit.outputs().get(0))))
                .map(shift -> {
                    for (int i = 0; i < shift.length; i++) {
                        shift[i] *= (float) factor;
                    }
                    return shift;
                });
    }

    private static float[] corrected(float @Nullable [] bias, float[] shift) {
        float[] corrected = new float[shift.length];
        for (int i = 0; i < shift.length; i++) {
            corrected[i] = (bias == null ? 0 : bias[i]) - shift[i];
        }
        return corrected;
    }

    private String weights(TensorProto weight, WeightGrid grid) {
        List<Stored> same = known.computeIfAbsent(weight.getName(), name -> new ArrayList<>());
        for (Stored stored : same) {
            if (stored.grid().same(grid)) {
                return stored.floats();
            }
        }
        String integers = names.fresh(weight.getName() + "_quantized");
        String scales = names.fresh(weight.getName() + "_scale");
        String zeros = names.fresh(weight.getName() + "_zero_point");
        List<Long> dims = grid.axis() < 0 ? List.of() : List.of((long) grid.scales().length);
        editor.put(Tensors.ofBytes(integers, weight.getDimsList(), grid.integers()));
        editor.put(Tensors.ofFloats(scales, dims, grid.scales()));
        editor.put(Tensors.ofBytes(zeros, dims, new byte[grid.scales().length]));
        String floats = names.fresh(weight.getName() + "_rounded");
        nodes.add(dequantize(weight.getName(), List.of(integers, scales, zeros), floats, grid.axis()));
        same.add(new Stored(grid, floats));
        return floats;
    }

    private String bias(String wish, float[] bias, WeightGrid grid, double step) {
        float[] scales = new float[bias.length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) (step * grid.scales()[grid.scales().length == 1 ? 0 : i]);
        }
        List<Long> dims = List.of((long) bias.length);
        String integers = names.fresh(wish + "_quantized");
        String scale = names.fresh(wish + "_scale");
        String floats = names.fresh(wish + "_rounded");
        editor.put(Tensors.ofInts(integers, dims, grid.bias(bias, step)));
        editor.put(Tensors.ofFloats(scale, dims, scales));
        nodes.add(dequantize(wish, List.of(integers, scale), floats, 0));
        return floats;
    }

    private NodeProto dequantize(String stem, List<String> inputs, String output, int axis) {
        String name = names.fresh(stem + "_dequantize");
        return axis < 0
                ? QdqRewrite.node("DequantizeLinear", name, inputs, output)
                : QdqRewrite.node(
                        "DequantizeLinear",
                        name,
                        inputs,
                        output,
                        AttributeProto.newBuilder()
                                .setName("axis")
                                .setType(AttributeProto.AttributeType.INT)
                                .setI(axis)
                                .build());
    }
}

package io.fleetfit.compress.lowrank;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.linear.LinearLayer;
import io.fleetfit.compress.linear.Matrices;
import io.fleetfit.compress.linear.Moments;
import io.fleetfit.compress.linear.Window;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;

/** Writes a layer's factors into a graph, in place of its node; the value that flows out keeps its name. */
final class Factors {
    private static final Set<String> GEOMETRY = Set.of("strides", "dilations", "pads", "kernel_shape", "group");

    private final GraphEditor graph;
    private final LinearLayer layer;
    private final NodeProto node;
    private final List<NodeProto> made = new ArrayList<>();

    private Factors(GraphEditor graph, LinearLayer layer, NodeProto node) {
        this.graph = graph;
        this.layer = layer;
        this.node = node;
    }

    /**
     * Replaces a layer.
     *
     * @param moments of what flows in; with them the bias keeps the mean of what flows out
     */
    static void write(
            GraphEditor graph,
            LinearLayer layer,
            Option option,
            Decomposition decomposition,
            @Nullable Moments moments) {
        int index = index(graph, layer.output());
        Factors factors = new Factors(graph, layer, graph.nodes().get(index));
        Decomposition.Factors parts = decomposition.factors(option.rank(), option.outer());
        float[] biases = layer.biases(graph);
        if (moments != null && layer.takesBias()) {
            int taps = parts.core().numCols / option.rank();
            keepMean(layer, layer.matrix(graph), parts.product(taps), moments.meanX(), biases);
        }
        factors.make(option.form(), parts, biases);
        graph.nodes().remove(index);
        graph.nodes().addAll(index, factors.made);
    }

    private static int index(GraphEditor graph, String output) {
        for (int i = 0; i < graph.nodes().size(); i++) {
            if (graph.nodes().get(i).getOutputList().contains(output)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no node gives '" + output + "'");
    }

    private static void keepMean(LinearLayer layer, float[] before, DMatrixRMaj after, double[] mean, float[] biases) {
        for (int o = 0; o < layer.outputs(); o++) {
            double missing = 0;
            for (int c = 0; c < layer.columns(); c++) {
                missing += (before[o * layer.columns() + c] - after.unsafe_get(o, c)) * mean[c];
            }
            biases[o] += (float) missing;
        }
    }

    private void make(Form form, Decomposition.Factors parts, float[] biases) {
        if (layer.kind() == LinearLayer.Kind.CONV) {
            convolutions(form, parts, biases);
        } else {
            products(parts, biases);
        }
    }

    private void products(Decomposition.Factors parts, float[] biases) {
        long rank = parts.first().numRows;
        String middle = graph.freshName(layer.output() + "_rank0");
        String first = weight(Matrices.transposed(parts.first()), List.of((long) layer.inputs(), rank));
        made.add(NodeProto.newBuilder()
                .setOpType("MatMul")
                .setName(middle)
                .addInput(layer.input())
                .addInput(first)
                .addOutput(middle)
                .build());
        NodeProto.Builder last = node.toBuilder()
                .clearInput()
                .clearAttribute()
                .addInput(middle)
                .addInput(weight(Matrices.transposed(parts.core()), List.of(rank, (long) layer.outputs())));
        if (layer.takesBias()) {
            last.addInput(bias(biases));
        }
        made.add(last.build());
    }

    private void convolutions(Form form, Decomposition.Factors parts, float[] biases) {
        Window window = layer.window();
        boolean flat = graph.initializer(layer.weight()).orElseThrow().getDimsCount() == 3;
        long rank = parts.first().numRows;
        long outer = parts.core().numRows;
        long in = layer.inputs();
        long h = window.height();
        long w = window.width();
        switch (form) {
            case MATRIX -> {
                String middle = convolve(layer.input(), parts.first(), flat, rank, in, h, w, node);
                finish(middle, parts.core(), flat, outer, rank, 1, 1, point(), biases);
            }
            case SPATIAL -> {
                String middle = convolve(layer.input(), parts.first(), flat, rank, in, h, 1, side(true));
                finish(middle, parts.core(), flat, outer, rank, 1, w, side(false), biases);
            }
            case TUCKER -> {
                String few = convolve(layer.input(), parts.first(), flat, rank, in, 1, 1, point());
                String middle = convolve(few, parts.core(), flat, outer, rank, h, w, node);
                finish(middle, parts.last(), flat, layer.outputs(), outer, 1, 1, point(), biases);
            }
        }
    }

    private String convolve(
            String input,
            DMatrixRMaj weights,
            boolean flat,
            long outputs,
            long inputs,
            long height,
            long width,
            NodeProto like) {
        String output = graph.freshName(layer.output() + "_rank" + made.size());
        made.add(like.toBuilder()
                .clearInput()
                .clearOutput()
                .setName(output)
                .addInput(input)
                .addInput(weight(weights, dims(flat, outputs, inputs, height, width)))
                .addOutput(output)
                .build());
        return output;
    }

    private void finish(
            String input,
            DMatrixRMaj weights,
            boolean flat,
            long outputs,
            long inputs,
            long height,
            long width,
            NodeProto like,
            float[] biases) {
        made.add(like.toBuilder()
                .clearInput()
                .clearOutput()
                .setName(node.getName())
                .addInput(input)
                .addInput(weight(weights, dims(flat, outputs, inputs, height, width)))
                .addInput(bias(biases))
                .addOutput(layer.output())
                .build());
    }

    private static List<Long> dims(boolean flat, long outputs, long inputs, long height, long width) {
        return flat ? List.of(outputs, inputs, width) : List.of(outputs, inputs, height, width);
    }

    /** A convolution that looks at one element. */
    private NodeProto point() {
        NodeProto.Builder point = node.toBuilder().clearAttribute();
        node.getAttributeList().stream()
                .filter(attribute -> !GEOMETRY.contains(attribute.getName())
                        && !attribute.getName().equals("auto_pad"))
                .forEach(point::addAttribute);
        return point.build();
    }

    /** A convolution with the vertical half of this one's geometry, or the horizontal one. */
    private NodeProto side(boolean vertical) {
        Window window = layer.window();
        boolean explicit = window.padding() == Window.Padding.EXPLICIT;
        NodeProto.Builder side = node.toBuilder().clearAttribute();
        // Pads and auto_pad exclude each other; the latter works on each axis by itself.
        node.getAttributeList().stream()
                .filter(attribute -> !GEOMETRY.contains(attribute.getName()))
                .filter(attribute -> !explicit || !attribute.getName().equals("auto_pad"))
                .forEach(side::addAttribute);
        side.addAttribute(ints("strides", vertical ? window.strideY() : 1, vertical ? 1 : window.strideX()));
        side.addAttribute(ints("dilations", vertical ? window.dilationY() : 1, vertical ? 1 : window.dilationX()));
        if (explicit) {
            side.addAttribute(
                    vertical
                            ? ints("pads", window.top(), 0, window.bottom(), 0)
                            : ints("pads", 0, window.left(), 0, window.right()));
        }
        return side.build();
    }

    private static AttributeProto ints(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private String weight(DMatrixRMaj values, List<Long> dims) {
        String name = graph.freshName(layer.weight() + "_factor");
        graph.put(Tensors.ofFloats(name, dims, Matrices.floats(values)));
        return name;
    }

    private String bias(float[] values) {
        String name = graph.freshName(layer.output() + "_bias");
        graph.put(Tensors.ofFloats(name, List.of((long) values.length), values));
        return name;
    }
}

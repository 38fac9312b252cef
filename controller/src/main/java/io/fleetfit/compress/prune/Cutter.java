package io.fleetfit.compress.prune;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes channels out of a graph. Weights that nodes share are cut for each of them, once for equal cuts. */
final class Cutter {
    /** From this opset on the sizes of a split are an input. */
    private static final long SIZES_ARE_INPUTS = 13;

    private final GraphEditor graph;
    private final Analysis analysis;
    private final Set<Integer> removed;
    private final long opset;
    private final Map<String, String> made = new HashMap<>();

    /**
     * A cutter.
     *
     * @param removed classes that go
     */
    Cutter(Analysis analysis, Set<Integer> removed) {
        this.graph = analysis.graph();
        this.analysis = analysis;
        this.removed = removed;
        opset = graph.build().getOpsetImportList().stream()
                .filter(entry ->
                        entry.getDomain().isEmpty() || entry.getDomain().equals("ai.onnx"))
                .mapToLong(entry -> entry.getVersion())
                .findFirst()
                .orElse(0);
    }

    /** Positions of a layout that stay. */
    int[] kept(Layout layout) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < layout.size(); i++) {
            if (!removed.contains(analysis.channels().root(layout.atoms()[i]))) {
                kept.add(i);
            }
        }
        return kept.stream().mapToInt(Integer::intValue).toArray();
    }

    void apply() {
        for (Cut cut : analysis.cuts()) {
            graph.nodes().set(cut.node(), cut.made(graph.nodes().get(cut.node()), this));
        }
        graph.forgetValueInfos();
    }

    NodeProto weight(NodeProto node, Cut.Weight cut) {
        int[] kept = kept(cut.channels());
        if (kept.length == cut.channels().size()) {
            return node;
        }
        String name = node.getInput(cut.input());
        String key = name + '/' + cut.axis() + Arrays.toString(kept);
        String known = made.get(key);
        if (known == null) {
            known = graph.freshName(name + "_kept");
            graph.put(taken(graph.initializer(name).orElseThrow(), cut.axis(), kept, known));
            made.put(key, known);
        }
        return node.toBuilder().setInput(cut.input(), known).build();
    }

    /** A tensor of some places of an axis alone, of any type. */
    private static TensorProto taken(TensorProto tensor, int axis, int[] places, String name) {
        byte[] bytes = bytes(tensor);
        List<Long> dims = new ArrayList<>(tensor.getDimsList());
        int side = dims.get(axis).intValue();
        int block = (int) (bytes.length / Math.max(1, Tensors.elements(tensor)));
        for (int i = axis + 1; i < dims.size(); i++) {
            block *= dims.get(i).intValue();
        }
        int outer = bytes.length / Math.max(1, block * side);
        ByteBuffer out = ByteBuffer.allocate(outer * places.length * block);
        for (int o = 0; o < outer; o++) {
            for (int place : places) {
                out.put(bytes, (o * side + place) * block, block);
            }
        }
        dims.set(axis, (long) places.length);
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(tensor.getDataType())
                .addAllDims(dims)
                .setRawData(ByteString.copyFrom(out.flip()))
                .build();
    }

    private static byte[] bytes(TensorProto tensor) {
        return tensor.hasRawData()
                ? tensor.getRawData().toByteArray()
                : Tensors.ofFloats("", tensor.getDimsList(), Tensors.floats(tensor))
                        .getRawData()
                        .toByteArray();
    }

    NodeProto groups(NodeProto node, Cut.Groups cut) {
        return with(
                node,
                AttributeProto.newBuilder()
                        .setName("group")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(kept(cut.channels()).length)
                        .build());
    }

    NodeProto sizes(NodeProto node) {
        List<Long> sizes = node.getOutputList().stream()
                .map(output -> (long) kept(analysis.layout(output).orElseThrow()).length)
                .toList();
        if (opset < SIZES_ARE_INPUTS) {
            return with(
                    node,
                    AttributeProto.newBuilder()
                            .setName("split")
                            .setType(AttributeProto.AttributeType.INTS)
                            .addAllInts(sizes)
                            .build());
        }
        return without(node, "num_outputs").toBuilder()
                .clearInput()
                .addInput(node.getInput(0))
                .addInput(longs(node.getOutput(0) + "_sizes", sizes))
                .build();
    }

    NodeProto dimension(NodeProto node, Cut.Dimension cut) {
        long[] shape =
                Shapes.longs(graph.initializer(node.getInput(1)).orElseThrow()).orElseThrow();
        shape[cut.index()] = kept(cut.channels()).length;
        List<Long> dims = Arrays.stream(shape).boxed().toList();
        return node.toBuilder()
                .setInput(1, longs(node.getOutput(0) + "_shape", dims))
                .build();
    }

    private String longs(String wish, List<Long> values) {
        String name = graph.freshName(wish);
        ByteBuffer bytes = ByteBuffer.allocate(values.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(bytes::putLong);
        graph.put(TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(values.size())
                .setRawData(ByteString.copyFrom(bytes.flip()))
                .build());
        return name;
    }

    private static NodeProto with(NodeProto node, AttributeProto attribute) {
        return without(node, attribute.getName()).toBuilder()
                .addAttribute(attribute)
                .build();
    }

    private static NodeProto without(NodeProto node, String attribute) {
        NodeProto.Builder left = node.toBuilder().clearAttribute();
        node.getAttributeList().stream()
                .filter(present -> !present.getName().equals(attribute))
                .forEach(left::addAttribute);
        return left.build();
    }
}

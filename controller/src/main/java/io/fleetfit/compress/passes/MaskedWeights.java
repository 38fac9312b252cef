package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Halves;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;

/**
 * Weights as a bit mask (element 0 in the lowest bit of byte 0) and the values that are not zero, expanded by standard nodes
 * (opset 11): bits are shifted out, their running sum is the index of the value. A tensor that would not get smaller is
 * stored as it is.
 */
final class MaskedWeights {
    private static final int BUFFER = 1 << 16;

    private final GraphEditor graph;
    private final boolean halves;
    private final List<NodeProto> nodes = new ArrayList<>();
    private String shifts = "";
    private String two = "";
    private String flat = "";
    private String zero = "";
    private String none = "";
    private Sizes sizes = new Sizes(0, 0, 0, 0, 0);

    /**
     * Sums over the tensors.
     *
     * @param weights number of elements
     * @param zeros how many of them are zero
     * @param before bytes before
     * @param after bytes of masks and values
     * @param deflated bytes of the tensors with their zeros, deflated at the usual level
     */
    record Sizes(long weights, long zeros, long before, long after, long deflated) {}

    MaskedWeights(GraphEditor graph, boolean halves) {
        this.graph = graph;
        this.halves = halves;
    }

    /** Nodes that expand what was stored, in order. */
    List<NodeProto> nodes() {
        return nodes;
    }

    Sizes sizes() {
        return sizes;
    }

    /** Stores new values for a tensor. */
    void store(TensorProto tensor, float[] values) {
        int kept = 0;
        for (float value : values) {
            kept += value == 0 ? 0 : 1;
        }
        boolean asHalves = halves && Halves.fits(values);
        long dense = (long) values.length * Float.BYTES;
        long masked = (values.length + 7L) / 8 + (kept + 1L) * (asHalves ? Short.BYTES : Float.BYTES);
        TensorProto pruned = Tensors.ofFloats(tensor.getName(), tensor.getDimsList(), values);
        if (masked < dense) {
            mask(tensor, values, kept, asHalves);
        } else {
            graph.put(pruned);
        }
        sizes = new Sizes(
                sizes.weights() + values.length,
                sizes.zeros() + values.length - kept,
                sizes.before() + dense,
                sizes.after() + Math.min(masked, dense),
                sizes.deflated() + deflated(pruned));
    }

    private void mask(TensorProto tensor, float[] values, int kept, boolean asHalves) {
        shareConstants();
        byte[] mask = new byte[(values.length + 7) / 8];
        // Index 0 stands for zero, so that the running sum needs no correction.
        float[] packed = new float[kept + 1];
        int next = 1;
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                mask[i / 8] |= (byte) (1 << (i % 8));
                packed[next++] = values[i];
            }
        }
        String name = tensor.getName();
        graph.remove(name);
        String maskName = put(Tensors.ofUnsignedBytes(fresh(name, "mask"), List.of((long) mask.length, 1L), mask));
        List<Long> packedDims = List.of((long) packed.length);
        String valuesName = put(
                asHalves
                        ? Tensors.ofHalves(fresh(name, "values"), packedDims, Halves.of(packed))
                        : Tensors.ofFloats(fresh(name, "values"), packedDims, packed));
        String keep = unpack(name, maskName, values.length);
        String counts = node("Cast", fresh(name, "counts"), List.of(keep), to(TensorProto.DataType.INT32));
        String index = node("CumSum", fresh(name, "index"), counts, zero);
        String picked = node("Gather", fresh(name, "picked"), valuesName, index);
        String real = asHalves ? fresh(name, "real") : picked;
        if (asHalves) {
            nodes.add(StoredWeights.castToFloat(picked, real));
        }
        String is = node("Cast", fresh(name, "is"), List.of(keep), to(TensorProto.DataType.BOOL));
        String sparse = node("Where", fresh(name, "sparse"), is, real, none);
        long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        String shape = put(Tensors.ofLongs(fresh(name, "shape"), List.of((long) dims.length), dims));
        node("Reshape", name, sparse, shape);
    }

    /** The mask as bytes 0 and 1, one for each element. */
    private String unpack(String name, String mask, int elements) {
        AttributeProto right = Attributes.ofText("direction", "RIGHT");
        String shifted = node("BitShift", fresh(name, "shifted"), List.of(mask, shifts), right);
        String bits = node("Mod", fresh(name, "bits"), shifted, two);
        String row = node("Reshape", fresh(name, "row"), bits, flat);
        if (elements % 8 == 0) {
            return row;
        }
        String start = put(Tensors.ofLongs(fresh(name, "start"), List.of(1L), 0));
        String end = put(Tensors.ofLongs(fresh(name, "end"), List.of(1L), elements));
        return node("Slice", fresh(name, "cut"), row, start, end);
    }

    private void shareConstants() {
        if (shifts.isEmpty()) {
            shifts = put(Tensors.ofUnsignedBytes(
                    graph.freshName("mask_shifts"), List.of(1L, 8L), new byte[] {0, 1, 2, 3, 4, 5, 6, 7}));
            two = put(Tensors.ofUnsignedBytes(graph.freshName("mask_two"), List.of(), new byte[] {2}));
            flat = put(Tensors.ofLongs(graph.freshName("mask_flat"), List.of(1L), -1));
            zero = put(Tensors.ofLongs(graph.freshName("mask_axis"), List.of(), 0));
            none = put(Tensors.ofFloats(graph.freshName("mask_none"), List.of(), new float[1]));
        }
    }

    private String fresh(String tensor, String part) {
        return graph.freshName(tensor + "_" + part);
    }

    private String put(TensorProto tensor) {
        graph.put(tensor);
        return tensor.getName();
    }

    private static AttributeProto to(TensorProto.DataType type) {
        return Attributes.ofInt("to", type.getNumber());
    }

    private String node(String type, String output, String... inputs) {
        return node(type, output, List.of(inputs));
    }

    private String node(String type, String output, List<String> inputs, AttributeProto... attributes) {
        nodes.add(NodeProto.newBuilder()
                .setOpType(type)
                .setName(output + "_expand")
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes))
                .build());
        return output;
    }

    private static long deflated(TensorProto tensor) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(tensor.getRawData().asReadOnlyByteBuffer());
            deflater.finish();
            byte[] buffer = new byte[BUFFER];
            long size = 0;
            while (!deflater.finished()) {
                size += deflater.deflate(buffer);
            }
            return size;
        } finally {
            deflater.end();
        }
    }
}

package io.fleetfit.compress.prune;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.linear.Window;
import io.fleetfit.onnx.GraphEditor;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** Operators that move elements: where the channels lie afterwards. */
final class Shapes {
    private final Analysis analysis;

    Shapes(Analysis analysis) {
        this.analysis = analysis;
    }

    /** Reshape and its kin keep the order of elements, so channels are found again by counting. */
    void reshape(int index, NodeProto node) {
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isEmpty()) {
            return;
        }
        Optional<long[]> from = analysis.shape(node.getInput(0));
        Optional<long[]> to = analysis.shape(node.getOutput(0));
        Optional<Layout> out =
                from.isPresent() && to.isPresent() ? reshaped(in.get(), from.get(), to.get()) : Optional.empty();
        if (out.isEmpty() || (node.getOpType().equals("Reshape") && !followsShape(index, node, in.get(), out.get()))) {
            analysis.keep(index, "the channels cannot be told apart in the new shape");
            return;
        }
        analysis.layout(node.getOutput(0), out.get());
    }

    /**
     * The output axis that holds the channels: one whose elements are those of a run of input axes with the channels among
     * them; the axes before hold as many elements on both sides.
     */
    private static Optional<Layout> reshaped(Layout in, long[] from, long[] to) {
        long before = 1;
        for (int axis = 0; axis < to.length; axis++) {
            Optional<Layout> found = to[axis] > 1 ? merged(in, from, before, to[axis], axis) : Optional.empty();
            if (found.isPresent()) {
                return found;
            }
            before *= to[axis];
        }
        return Optional.empty();
    }

    private static Optional<Layout> merged(Layout in, long[] from, long before, long side, int axis) {
        long head = 1;
        int first = 0;
        // Ones in front may belong to either side; those before the channels' axis are skipped.
        while (first < in.axis() && (head != before || from[first] == 1)) {
            head *= from[first++];
        }
        if (head != before) {
            return Optional.empty();
        }
        long run = 1;
        int last = first;
        while (last < from.length && (run < side || last <= in.axis())) {
            run *= from[last++];
        }
        if (run != side) {
            return Optional.empty();
        }
        long inner = LongStream.of(from)
                .skip(in.axis() + 1L)
                .limit(last - in.axis() - 1L)
                .reduce(1, (a, b) -> a * b);
        int[] atoms = new int[(int) side];
        for (int i = 0; i < atoms.length; i++) {
            atoms[i] = in.atoms()[(int) (i / inner % in.size())];
        }
        return Optional.of(new Layout(axis, atoms));
    }

    /** Whether the shape that the node is given can follow a cut: constant, and written for the axis of the channels. */
    private boolean followsShape(int index, NodeProto node, Layout in, Layout out) {
        Optional<long[]> shape = node.getInputCount() > 1 ? longs(node.getInput(1)) : Optional.empty();
        if (shape.isEmpty() || shape.get().length <= out.axis()) {
            return false;
        }
        for (int i = 0; i < shape.get().length; i++) {
            // 0 copies the input's dimension, which is right only where both are the channels', or neither.
            if (shape.get()[i] == 0 && (i == in.axis()) != (i == out.axis())) {
                return false;
            }
        }
        if (shape.get()[out.axis()] > 0) {
            analysis.cuts().add(new Cut.Dimension(index, out.axis(), out));
        }
        return true;
    }

    /** The elements of a constant of 64-bit integers. */
    private Optional<long[]> longs(String name) {
        return analysis.graph().initializer(name).flatMap(Shapes::longs);
    }

    static Optional<long[]> longs(TensorProto tensor) {
        if (tensor.getDataType() != TensorProto.DataType.INT64.getNumber()) {
            return Optional.empty();
        }
        if (!tensor.hasRawData()) {
            return Optional.of(tensor.getInt64DataList().stream()
                    .mapToLong(Long::longValue)
                    .toArray());
        }
        long[] values = new long[tensor.getRawData().size() / Long.BYTES];
        tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asLongBuffer()
                .get(values);
        return Optional.of(values);
    }

    void transpose(int index, NodeProto node) {
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isEmpty()) {
            return;
        }
        List<Long> order = Window.ints(node, "perm");
        int rank = analysis.shape(node.getInput(0)).map(shape -> shape.length).orElse(0);
        int axis = order.isEmpty()
                ? rank - 1 - in.get().axis()
                : order.indexOf((long) in.get().axis());
        if (axis < 0) {
            analysis.keep(index, "its order of axes is not known");
            return;
        }
        analysis.layout(node.getOutput(0), in.get().at(axis));
    }

    void reduce(int index, NodeProto node) {
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isEmpty()) {
            return;
        }
        Optional<long[]> axes = node.getInputCount() > 1 && !node.getInput(1).isEmpty()
                ? longs(node.getInput(1))
                : Optional.of(Window.ints(node, "axes").stream()
                        .mapToLong(Long::longValue)
                        .toArray());
        int rank = analysis.shape(node.getInput(0)).map(shape -> shape.length).orElse(0);
        if (axes.isEmpty()
                || axes.get().length == 0
                || LongStream.of(axes.get())
                        .anyMatch(axis ->
                                Math.floorMod(axis, (long) rank) == in.get().axis())) {
            analysis.keep(index, "it sums over the channels");
            return;
        }
        long gone = GraphEditor.intAttribute(node, "keepdims", 1) == 1
                ? 0
                : LongStream.of(axes.get())
                        .filter(axis ->
                                Math.floorMod(axis, (long) rank) < in.get().axis())
                        .count();
        analysis.layout(node.getOutput(0), in.get().at(in.get().axis() - (int) gone));
    }

    void resize(int index, NodeProto node) {
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isEmpty()) {
            return;
        }
        boolean bySize = node.getInputCount() > 3 && !node.getInput(3).isEmpty();
        if (bySize || !keepsChannels(node, in.get())) {
            analysis.keep(index, "it scales the axis of the channels, or to sizes that count them");
            return;
        }
        analysis.layout(node.getOutput(0), in.get());
    }

    private boolean keepsChannels(NodeProto node, Layout in) {
        Optional<long[]> from = analysis.shape(node.getInput(0));
        Optional<long[]> to = analysis.shape(node.getOutput(0));
        return from.isPresent()
                && to.isPresent()
                && from.get().length == to.get().length
                && from.get()[in.axis()] == to.get()[in.axis()];
    }

    void pad(int index, NodeProto node) {
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isEmpty()) {
            return;
        }
        Optional<long[]> pads = node.getInputCount() > 1
                ? longs(node.getInput(1))
                : Optional.of(Window.ints(node, "pads").stream()
                        .mapToLong(Long::longValue)
                        .toArray());
        int axis = in.get().axis();
        boolean untouched = node.getInputCount() < 4
                && pads.isPresent()
                && pads.get().length > axis
                && pads.get()[axis] == 0
                && pads.get()[pads.get().length / 2 + axis] == 0;
        if (!untouched) {
            analysis.keep(index, "it may add channels");
            return;
        }
        analysis.layout(node.getOutput(0), in.get());
    }

    void slice(int index, NodeProto node) {
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isEmpty()) {
            return;
        }
        int rank = analysis.shape(node.getInput(0)).map(shape -> shape.length).orElse(0);
        Optional<long[]> axes = node.getInputCount() > 3
                ? longs(node.getInput(3))
                : Optional.of(Window.ints(node, "axes").stream()
                        .mapToLong(Long::longValue)
                        .toArray());
        boolean elsewhere = axes.isPresent()
                && axes.get().length > 0
                && LongStream.of(axes.get())
                        .allMatch(axis ->
                                Math.floorMod(axis, (long) rank) != in.get().axis());
        if (!elsewhere) {
            analysis.keep(index, "it may cut through the channels");
            return;
        }
        analysis.layout(node.getOutput(0), in.get());
    }
}

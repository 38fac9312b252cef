package io.fleetfit.compress.prune;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.GraphEditor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Operators where channels of several values meet or part: sums and products, Concat, Split. */
final class Joins {
    private final Analysis analysis;

    Joins(Analysis analysis) {
        this.analysis = analysis;
    }

    /** An operand of an element-wise operator, its axes counted from the end as broadcasting aligns them. */
    @SuppressWarnings("ArrayRecordComponent") // written and read here alone, never compared
    private record Operand(int input, String name, boolean constant, Optional<Layout> layout, long[] shape) {
        int fromEnd() {
            return layout.map(known -> shape.length - known.axis()).orElse(-1);
        }

        /** Its size where the channels lie, 1 if it has no such axis. */
        long sideAt(int fromEnd) {
            return shape.length < fromEnd ? 1 : shape[shape.length - fromEnd];
        }
    }

    /** Channels at the same place of all operands go together; operands that are one channel wide stay as they are. */
    void broadcast(int index, NodeProto node) {
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < node.getInputCount(); i++) {
            String name = node.getInput(i);
            Optional<long[]> shape = analysis.shape(name);
            if (shape.isEmpty()) {
                analysis.keep(index, "the shape of '" + name + "' is not known");
                return;
            }
            operands.add(new Operand(
                    i, name, analysis.graph().initializer(name).isPresent(), analysis.layout(name), shape.get()));
        }
        Optional<Operand> widest = operands.stream()
                .filter(operand -> operand.layout().isPresent())
                .max((a, b) -> Integer.compare(
                        a.layout().get().size(), b.layout().get().size()));
        if (widest.isPresent()) {
            meet(index, node, operands, widest.get());
        }
    }

    private void meet(int index, NodeProto node, List<Operand> operands, Operand widest) {
        Layout channels = widest.layout().orElseThrow();
        int fromEnd = widest.fromEnd();
        for (Operand operand : operands) {
            long side = operand.sideAt(fromEnd);
            boolean elsewhere = operand.layout().isPresent() && operand.fromEnd() != fromEnd;
            boolean unknown = operand.layout().isEmpty() && !operand.constant() && side != 1;
            if (elsewhere || unknown || (side != 1 && side != channels.size())) {
                analysis.keep(index, "it joins channels with '" + operand.name() + "', whose channels are not known");
                return;
            }
        }
        for (Operand operand : operands) {
            if (operand.layout().isPresent()) {
                if (operand.layout().get().size() == channels.size()) {
                    analysis.channels()
                            .join(channels.atoms(), operand.layout().get().atoms());
                } else {
                    analysis.channels().freeze(operand.layout().get().atoms());
                }
            } else if (operand.constant() && operand.sideAt(fromEnd) != 1) {
                analysis.cuts().add(new Cut.Weight(index, operand.input(), operand.shape().length - fromEnd, channels));
            }
        }
        int rank = operands.stream()
                .mapToInt(operand -> operand.shape().length)
                .max()
                .orElse(0);
        analysis.layout(node.getOutput(0), channels.at(rank - fromEnd));
    }

    void concat(int index, NodeProto node) {
        List<Optional<Layout>> inputs =
                node.getInputList().stream().map(analysis::layout).toList();
        if (inputs.stream().allMatch(Optional::isEmpty)) {
            return;
        }
        int rank = analysis.shape(node.getOutput(0)).map(shape -> shape.length).orElse(0);
        int axis = Math.floorMod((int) GraphEditor.intAttribute(node, "axis", 1), Math.max(1, rank));
        boolean along = inputs.stream().flatMap(Optional::stream).allMatch(layout -> layout.axis() == axis);
        if (along) {
            concatChannels(index, node, axis);
        } else {
            concatPictures(index, node, axis, inputs);
        }
    }

    private void concatChannels(int index, NodeProto node, int axis) {
        List<int[]> parts = new ArrayList<>();
        for (String input : node.getInputList()) {
            Optional<Layout> layout = analysis.layout(input);
            Optional<long[]> shape = analysis.shape(input);
            if (layout.isEmpty() && shape.isEmpty()) {
                analysis.keep(index, "the shape of '" + input + "' is not known");
                return;
            }
            parts.add(layout.map(Layout::atoms).orElseGet(() -> staying(index, (int) shape.orElseThrow()[axis])));
        }
        int[] all = parts.stream().flatMapToInt(Arrays::stream).toArray();
        analysis.layout(node.getOutput(0), new Layout(axis, all));
    }

    /** Channels of a value that keeps its shape. */
    private int[] staying(int index, int size) {
        int[] atoms = analysis.channels().fresh(size, index);
        analysis.channels().freeze(atoms);
        return atoms;
    }

    private void concatPictures(int index, NodeProto node, int axis, List<Optional<Layout>> inputs) {
        Layout first = inputs.stream().flatMap(Optional::stream).findFirst().orElseThrow();
        boolean alike = first.axis() != axis
                && inputs.stream()
                        .allMatch(layout -> layout.isPresent()
                                && layout.get().axis() == first.axis()
                                && layout.get().size() == first.size());
        if (!alike) {
            analysis.keep(index, "its inputs' channels lie on different axes");
            return;
        }
        inputs.forEach(layout ->
                analysis.channels().join(first.atoms(), layout.orElseThrow().atoms()));
        analysis.layout(node.getOutput(0), first);
    }

    void split(int index, NodeProto node) {
        Optional<Layout> in = analysis.layout(node.getInput(0));
        if (in.isEmpty()) {
            return;
        }
        int rank = analysis.shape(node.getInput(0)).map(shape -> shape.length).orElse(0);
        int axis = Math.floorMod((int) GraphEditor.intAttribute(node, "axis", 0), Math.max(1, rank));
        if (axis != in.get().axis()) {
            node.getOutputList().forEach(output -> analysis.layout(output, in.get()));
            return;
        }
        int from = 0;
        for (String output : node.getOutputList()) {
            Optional<long[]> shape = analysis.shape(output);
            if (shape.isEmpty() || from + shape.get()[axis] > in.get().size()) {
                analysis.keep(index, "the sizes of its outputs are not known");
                return;
            }
            int to = from + (int) shape.get()[axis];
            // No output may end without a channel.
            analysis.channels().freeze(new int[] {in.get().atoms()[from]});
            analysis.layout(output, new Layout(axis, Arrays.copyOfRange(in.get().atoms(), from, to)));
            from = to;
        }
        analysis.cuts().add(new Cut.Sizes(index));
    }
}

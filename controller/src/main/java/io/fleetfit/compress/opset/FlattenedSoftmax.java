package io.fleetfit.compress.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Softmax, LogSoftmax and Hardmax before opset 13 look at all dimensions from {@code axis} on as one (default 1); since
 * then at one dimension (default the last). Where only one of those dimensions is larger than 1 it is named; otherwise the
 * value is flattened and gets its shape back.
 */
final class FlattenedSoftmax implements Step {
    @Override
    public List<NodeProto> over(NodeProto node, Scope scope) {
        long axis = GraphEditor.intAttribute(node, "axis", 1);
        OptionalInt single = single(scope.shape(node.getInput(0)), axis);
        if (axis == -1 || single.isPresent()) {
            return List.of(Attributes.with(node, Attributes.ofInt("axis", single.orElse(-1))));
        }
        String x = node.getInput(0);
        String y = node.getOutput(0);
        String shape = scope.freshName(y + "_shape");
        String flat = scope.freshName(y + "_flat");
        String result = scope.freshName(y + "_flat_result");
        return List.of(
                node("Shape", List.of(x), shape).build(),
                node("Flatten", List.of(x), flat)
                        .addAttribute(Attributes.ofInt("axis", axis))
                        .build(),
                Attributes.with(node, Attributes.ofInt("axis", 1)).toBuilder()
                        .setInput(0, flat)
                        .setOutput(0, result)
                        .build(),
                node("Reshape", List.of(result, shape), y).build());
    }

    /** The only dimension from {@code axis} on that may be larger than 1; the last if none is. */
    private static OptionalInt single(Optional<List<Long>> shape, long axis) {
        if (shape.isEmpty()) {
            return OptionalInt.empty();
        }
        List<Long> dims = shape.get();
        int first = Math.toIntExact(axis < 0 ? axis + dims.size() : axis);
        int found = -1;
        for (int i = first; i < dims.size(); i++) {
            if (dims.get(i) != 1) {
                if (found >= 0) {
                    return OptionalInt.empty();
                }
                found = i;
            }
        }
        return first >= dims.size() ? OptionalInt.empty() : OptionalInt.of(found < 0 ? dims.size() - 1 : found);
    }

    private static NodeProto.Builder node(String type, List<String> inputs, String output) {
        return NodeProto.newBuilder().setOpType(type).addAllInput(inputs).addOutput(output);
    }
}

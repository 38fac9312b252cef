package io.fleetfit.compress.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Attributes that became inputs. */
final class AttributesToInputs {
    private AttributesToInputs() {}

    /** Lists of integers that become inputs after those that the operator has, in this order; absent ones stay absent. */
    static Step of(String... names) {
        return (node, scope) -> {
            List<String> inputs = new ArrayList<>(node.getInputList());
            for (String name : names) {
                List<Long> values = Attributes.ints(node, name);
                inputs.add(values.isEmpty() ? "" : scope.add(longs(scope, node, name, values)));
            }
            return List.of(withInputs(Attributes.without(node, names), inputs));
        };
    }

    /** {@code min} and {@code max} have the type of the values. */
    static List<NodeProto> clip(NodeProto node, Scope scope) throws ModelRefused {
        List<String> inputs = new ArrayList<>(node.getInputList());
        for (String name : List.of("min", "max")) {
            Optional<AttributeProto> bound = Attributes.find(node, name);
            inputs.add(
                    bound.isEmpty()
                            ? ""
                            : scope.add(scalar(scope, node, name, bound.get().getF())));
        }
        return List.of(withInputs(Attributes.without(node, "min", "max"), inputs));
    }

    static List<NodeProto> topK(NodeProto node, Scope scope) {
        List<Long> k = List.of(GraphEditor.intAttribute(node, "k", 1));
        return List.of(withInputs(
                Attributes.without(node, "k"), List.of(node.getInput(0), scope.add(longs(scope, node, "k", k)))));
    }

    static List<NodeProto> pad(NodeProto node, Scope scope) throws ModelRefused {
        List<String> inputs = new ArrayList<>(node.getInputList());
        inputs.add(scope.add(longs(scope, node, "pads", Attributes.ints(node, "pads"))));
        float value = GraphEditor.floatAttribute(node, "value", 0);
        if (value != 0) {
            inputs.add(scope.add(scalar(scope, node, "value", value)));
        }
        return List.of(withInputs(Attributes.without(node, "pads", "value"), inputs));
    }

    /** Equal parts: since opset 18 their number must be said when no sizes are given. */
    static List<NodeProto> numberOfParts(NodeProto node, Scope scope) {
        boolean sizesGiven = node.getInputCount() > 1 && !node.getInput(1).isEmpty();
        return List.of(
                sizesGiven ? node : Attributes.with(node, Attributes.ofInt("num_outputs", node.getOutputCount())));
    }

    static List<NodeProto> transformedAxis(NodeProto node, Scope scope) {
        String name = scope.freshName(node.getOutput(0) + "_axis");
        String axis = scope.add(Tensors.ofLongs(name, List.of(), GraphEditor.intAttribute(node, "axis", 1)));
        String length = node.getInputCount() > 1 ? node.getInput(1) : "";
        return List.of(withInputs(Attributes.without(node, "axis"), List.of(node.getInput(0), length, axis)));
    }

    private static TensorProto longs(Scope scope, NodeProto node, String name, List<Long> values) {
        return Tensors.ofLongs(
                scope.freshName(node.getOutput(0) + "_" + name),
                List.of((long) values.size()),
                values.stream().mapToLong(Long::longValue).toArray());
    }

    private static TensorProto scalar(Scope scope, NodeProto node, String name, float value) throws ModelRefused {
        String fresh = scope.freshName(node.getOutput(0) + "_" + name);
        TensorProto.DataType type = scope.elementType(node.getInput(0));
        return Tensors.scalar(fresh, type, value)
                .orElseThrow(() -> Scope.refused(node, "'" + name + "' cannot be written as " + type));
    }

    /** Inputs at the end that are left out need no place. */
    private static NodeProto withInputs(NodeProto.Builder node, List<String> inputs) {
        int last = inputs.size();
        while (last > 0 && inputs.get(last - 1).isEmpty()) {
            last--;
        }
        return node.clearInput().addAllInput(inputs.subList(0, last)).build();
    }
}

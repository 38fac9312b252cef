package io.fleetfit.compress.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;

/** BatchNormalization and Dropout, which trained and inferred in one operator. */
final class Normalization {
    private Normalization() {}

    /**
     * {@code spatial=0} normalised every element for itself, with parameters of the shape of one sample; said as arithmetic
     * since the attribute is gone.
     */
    static List<NodeProto> spatial(NodeProto node, Scope scope) throws ModelRefused {
        if (GraphEditor.intAttribute(node, "spatial", 1) == 1) {
            return List.of(Attributes.without(node, "spatial").build());
        }
        refuseTraining(node);
        String y = node.getOutput(0);
        TensorProto.DataType type = scope.elementType(node.getInput(0));
        String epsilon = scope.add(Tensors.scalar(
                        scope.freshName(y + "_epsilon"), type, GraphEditor.floatAttribute(node, "epsilon", 1e-5f))
                .orElseThrow(() -> Scope.refused(node, "its epsilon cannot be written as " + type)));
        List<NodeProto> nodes = new ArrayList<>();
        String centred = step(nodes, scope, "Sub", y + "_centred", node.getInput(0), node.getInput(3));
        String variance = step(nodes, scope, "Add", y + "_variance", node.getInput(4), epsilon);
        String deviation = step(nodes, scope, "Sqrt", y + "_deviation", variance);
        String normal = step(nodes, scope, "Div", y + "_normal", centred, deviation);
        String scaled = step(nodes, scope, "Mul", y + "_scaled", normal, node.getInput(1));
        nodes.add(node("Add", y, scaled, node.getInput(2)));
        return nodes;
    }

    private static String step(List<NodeProto> nodes, Scope scope, String type, String wish, String... inputs) {
        String output = scope.freshName(wish);
        nodes.add(node(type, output, inputs));
        return output;
    }

    private static NodeProto node(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }

    /** Further outputs, used or not, meant training until opset 14, where an attribute says so. */
    static List<NodeProto> inferenceOnly(NodeProto node, Scope scope) throws ModelRefused {
        refuseTraining(node);
        return List.of(withFirstOutput(node.toBuilder()));
    }

    private static void refuseTraining(NodeProto node) throws ModelRefused {
        if (node.getOutputList().stream().skip(1).anyMatch(output -> !output.isEmpty())) {
            throw Scope.refused(node, "it computes statistics for training; export the model for inference");
        }
    }

    static List<NodeProto> dropoutWithoutMask(NodeProto node, Scope scope) throws ModelRefused {
        if (scope.usesOutput(node, 1)) {
            throw Scope.refused(node, "its mask is used, which means training; export the model for inference");
        }
        return List.of(withFirstOutput(node.toBuilder()));
    }

    /** Without an input that asks for training nothing is dropped, as before. */
    static List<NodeProto> dropoutAsIdentity(NodeProto node, Scope scope) throws ModelRefused {
        dropoutWithoutMask(node, scope);
        return List.of(withFirstOutput(Attributes.without(node, "ratio")));
    }

    private static NodeProto withFirstOutput(NodeProto.Builder node) {
        String first = node.getOutput(0);
        return node.clearOutput().addOutput(first).build();
    }
}

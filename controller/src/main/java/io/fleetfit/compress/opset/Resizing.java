package io.fleetfit.compress.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Upsample and Resize. */
final class Resizing {
    private Resizing() {}

    static List<NodeProto> scalesToInput(NodeProto node, Scope scope) {
        List<Float> scales = Attributes.find(node, "scales")
                .map(AttributeProto::getFloatsList)
                .orElse(List.of());
        float[] values = new float[scales.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = scales.get(i);
        }
        String name = scope.freshName(node.getOutput(0) + "_scales");
        return List.of(Attributes.without(node, "scales")
                .addInput(scope.add(Tensors.ofFloats(name, List.of((long) values.length), values)))
                .build());
    }

    /**
     * Until opset 11 a result's place was its index divided by the scale ({@code asymmetric}), and {@code nearest} took the
     * element at or before that place when it enlarged. When it shrank ONNX Runtime took the one at or after.
     */
    static List<NodeProto> coordinates(NodeProto node, Scope scope) throws ModelRefused {
        NodeProto.Builder made = node.toBuilder()
                .clearInput()
                .addInput(node.getInput(0))
                .addInput("")
                .addInput(node.getInput(1))
                .addAttribute(Attributes.ofText("coordinate_transformation_mode", "asymmetric"));
        if (Attributes.text(node, "mode", "nearest").equals("nearest")) {
            made.addAttribute(Attributes.ofText("nearest_mode", nearestMode(node, scope)));
        }
        return List.of(made.build());
    }

    private static String nearestMode(NodeProto node, Scope scope) throws ModelRefused {
        Optional<TensorProto> scales = scope.constant(node.getInput(1));
        if (scales.isEmpty()) {
            throw Scope.refused(
                    node,
                    "its scales are computed, and whether it enlarges decides how it rounds; export with opset 11");
        }
        boolean enlarges = false;
        boolean shrinks = false;
        for (float scale : Tensors.floats(scales.get())) {
            enlarges |= scale > 1;
            shrinks |= scale < 1;
        }
        if (enlarges && shrinks) {
            throw Scope.refused(node, "it enlarges one dimension and shrinks another; export with opset 11 or newer");
        }
        return shrinks ? "ceil" : "floor";
    }

    static List<NodeProto> withoutRemovedMode(NodeProto node, Scope scope) throws ModelRefused {
        if (Attributes.text(node, "coordinate_transformation_mode", "half_pixel")
                .equals("tf_half_pixel_for_nn")) {
            throw Scope.refused(node, "the mode tf_half_pixel_for_nn is gone since opset 13; export with another one");
        }
        return List.of(node);
    }

    /** Before opset 18 an empty tensor stood for an input that is left out. */
    static List<NodeProto> withoutEmptyInputs(NodeProto node, Scope scope) {
        List<String> inputs = new ArrayList<>(node.getInputList());
        for (int i = 1; i < inputs.size(); i++) {
            Optional<TensorProto> constant = scope.constant(inputs.get(i));
            if (constant.isPresent() && Tensors.elements(constant.get()) == 0) {
                inputs.set(i, "");
            }
        }
        return List.of(node.toBuilder().clearInput().addAllInput(inputs).build());
    }
}

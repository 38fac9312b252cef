package io.fleetfit.compress.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.Attributes;
import java.util.List;

/** Operators and settings that go by another name. */
final class Renaming {
    private Renaming() {}

    static Step to(String operator) {
        return (node, scope) -> List.of(node.toBuilder().setOpType(operator).build());
    }

    /** {@code bilinear} and {@code bicubic} lost their first syllable in opset 20. */
    static List<NodeProto> interpolation(NodeProto node, Scope scope) {
        return switch (Attributes.text(node, "mode", "bilinear")) {
            case "bilinear" -> List.of(Attributes.with(node, Attributes.ofText("mode", "linear")));
            case "bicubic" -> List.of(Attributes.with(node, Attributes.ofText("mode", "cubic")));
            default -> List.of(node);
        };
    }

    /** Until opset 16 regions were not shifted by half a pixel, which then became the default. */
    static List<NodeProto> outputHalfPixel(NodeProto node, Scope scope) {
        return List.of(Attributes.with(node, Attributes.ofText("coordinate_transformation_mode", "output_half_pixel")));
    }
}

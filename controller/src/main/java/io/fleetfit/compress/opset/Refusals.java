package io.fleetfit.compress.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.onnx.Attributes;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import java.util.List;

/** Changes that cannot be said in the new version. */
final class Refusals {
    private Refusals() {}

    /** Always refused. */
    static Step because(String why) {
        return (node, scope) -> {
            throw Scope.refused(node, why);
        };
    }

    /** With a ceiling, windows that begin in the padding count since opset 19, and divisors changed. */
    static List<NodeProto> ceilingWithPads(NodeProto node, Scope scope) throws ModelRefused {
        boolean padded = Attributes.ints(node, "pads").stream().anyMatch(pad -> pad != 0)
                || !Attributes.text(node, "auto_pad", "NOTSET").equals("NOTSET");
        if (GraphEditor.intAttribute(node, "ceil_mode", 0) == 1 && padded) {
            throw Scope.refused(node, "ceil_mode with padding divides in another way since opset 19; stay below 19");
        }
        return List.of(node);
    }
}

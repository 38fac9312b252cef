package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.PassContext;
import io.fleetfit.onnx.GraphEditor;
import java.util.Optional;

/** Turns {@code Constant} nodes into initializers, where the other passes look for weights. */
public final class ConstantsToInitializers implements CompressionPass {
    @Override
    public String name() {
        return "constants-to-initializers";
    }

    @Override
    public void apply(GraphEditor graph, PassContext context) {
        graph.nodes().removeIf(node -> {
            Optional<AttributeProto> value = value(node);
            value.ifPresent(attribute -> graph.put(
                    attribute.getT().toBuilder().setName(node.getOutput(0)).build()));
            return value.isPresent();
        });
    }

    private static Optional<AttributeProto> value(NodeProto node) {
        return node.getOpType().equals("Constant") && node.getDomain().isEmpty()
                ? node.getAttributeList().stream()
                        .filter(attribute -> attribute.getName().equals("value") && attribute.hasT())
                        .findFirst()
                : Optional.empty();
    }
}

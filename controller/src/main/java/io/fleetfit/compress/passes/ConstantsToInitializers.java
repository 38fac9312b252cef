package io.fleetfit.compress.passes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.compress.CompressionPass;
import io.fleetfit.compress.Finding;
import io.fleetfit.compress.PassContext;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.Tensors;
import java.util.List;
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
            if (!GraphEditor.is(node, "Constant")) {
                return false;
            }
            Optional<TensorProto> value = value(node);
            value.ifPresentOrElse(
                    tensor -> graph.put(
                            tensor.toBuilder().setName(node.getOutput(0)).build()),
                    () -> context.findings()
                            .accept(new Finding(
                                    name(), node.getOutput(0), "the constant stays a node: it is text or sparse")));
            return value.isPresent();
        });
    }

    private static Optional<TensorProto> value(NodeProto node) {
        return node.getAttributeList().stream()
                .flatMap(attribute -> value(attribute).stream())
                .findFirst();
    }

    private static Optional<TensorProto> value(AttributeProto attribute) {
        return switch (attribute.getName()) {
            case "value" -> attribute.hasT() ? Optional.of(attribute.getT()) : Optional.empty();
            case "value_float" -> Optional.of(Tensors.ofFloats("", List.of(), new float[] {attribute.getF()}));
            case "value_int" -> Optional.of(Tensors.ofLongs("", List.of(), attribute.getI()));
            case "value_floats" -> Optional.of(floats(attribute.getFloatsList()));
            case "value_ints" ->
                Optional.of(Tensors.ofLongs(
                        "",
                        List.of((long) attribute.getIntsCount()),
                        attribute.getIntsList().stream()
                                .mapToLong(Long::longValue)
                                .toArray()));
            default -> Optional.empty();
        };
    }

    private static TensorProto floats(List<Float> list) {
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i);
        }
        return Tensors.ofFloats("", List.of((long) values.length), values);
    }
}

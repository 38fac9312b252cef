package io.fleetfit.compress.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.fleetfit.onnx.GraphEditor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.onnx.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A graph, outer or inner, while its nodes move on: constants known in it, and those that steps add. */
final class Scope {
    private final @Nullable Scope outer;
    private final GraphEditor editor;
    private final Map<String, ValueType> types;
    private final Map<String, Integer> uses;
    private final Map<String, TensorProto> constants = new HashMap<>();
    private final Consumer<TensorProto> addConstant;

    private Scope(
            @Nullable Scope outer,
            GraphEditor editor,
            Map<String, ValueType> types,
            Map<String, Integer> uses,
            Consumer<TensorProto> addConstant) {
        this.outer = outer;
        this.editor = editor;
        this.types = types;
        this.uses = uses;
        this.addConstant = addConstant;
    }

    /** The outermost graph. */
    static Scope of(GraphEditor editor, Map<String, ValueType> types) {
        Scope scope = new Scope(null, editor, types, editor.uses(), editor::put);
        editor.initializers().forEach(tensor -> scope.constants.put(tensor.getName(), tensor));
        editor.nodes().forEach(scope::learn);
        return scope;
    }

    private void learn(NodeProto node) {
        if (GraphEditor.is(node, "Constant")) {
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.getName().equals("value") && attribute.hasT()) {
                    constants.put(node.getOutput(0), attribute.getT());
                }
            }
        }
    }

    /** A graph inside a node, moved on; what steps add becomes its own. */
    GraphProto inner(GraphProto graph, Mover mover) throws ModelRefused {
        List<TensorProto> added = new ArrayList<>();
        Scope scope = new Scope(this, editor, types, uses, added::add);
        graph.getInitializerList().forEach(tensor -> scope.constants.put(tensor.getName(), tensor));
        graph.getNodeList().forEach(scope::learn);
        List<NodeProto> nodes = mover.move(graph.getNodeList(), scope);
        return graph.toBuilder()
                .clearNode()
                .addAllNode(nodes)
                .addAllInitializer(added)
                .build();
    }

    /** Moves a list of nodes. */
    interface Mover {
        List<NodeProto> move(List<NodeProto> nodes, Scope scope) throws ModelRefused;
    }

    /** The value of that name if it is constant here. */
    Optional<TensorProto> constant(String name) {
        TensorProto here = constants.get(name);
        if (here != null || outer == null) {
            return Optional.ofNullable(here);
        }
        return outer.constant(name);
    }

    /** Makes a constant of this graph; gives its name. */
    String add(TensorProto tensor) {
        constants.put(tensor.getName(), tensor);
        addConstant.accept(tensor);
        return tensor.getName();
    }

    String freshName(String wish) {
        return editor.freshName(wish);
    }

    /** The shape of a value as far as it is known; open dimensions are −1. */
    Optional<List<Long>> shape(String name) {
        Optional<TensorProto> constant = constant(name);
        if (constant.isPresent()) {
            return Optional.of(constant.get().getDimsList());
        }
        return Optional.ofNullable(types.get(name)).map(ValueType::shape);
    }

    /** The element type of a value; 32-bit floats if nothing is known: a loader tells if that is wrong. */
    TensorProto.DataType elementType(String name) {
        int number = constant(name)
                .map(TensorProto::getDataType)
                .or(() -> Optional.ofNullable(types.get(name)).map(ValueType::elementType))
                .orElse(TensorProto.DataType.FLOAT.getNumber());
        return Optional.ofNullable(TensorProto.DataType.forNumber(number)).orElse(TensorProto.DataType.FLOAT);
    }

    /** Whether anything uses the output of that number. */
    boolean usesOutput(NodeProto node, int output) {
        return node.getOutputCount() > output && uses.containsKey(node.getOutput(output));
    }

    /** A refusal that names the operator. */
    static ModelRefused refused(NodeProto node, String why) {
        return new ModelRefused(
                ModelRefused.Code.NOT_COMPRESSIBLE,
                "the operator " + node.getOpType() + " (node '" + node.getName() + "', output '"
                        + (node.getOutputCount() == 0 ? "" : node.getOutput(0))
                        + "') cannot be moved to the newer opset: " + why);
    }
}

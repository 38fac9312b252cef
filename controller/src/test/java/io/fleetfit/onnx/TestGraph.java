package io.fleetfit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Builds graphs for tests, a line a node. Weights are random from a fixed seed. */
public final class TestGraph {
    private final int opset;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
    private final Random random = new Random(11);

    /** An empty graph. */
    public TestGraph(int opset) {
        this.opset = opset;
    }

    /** An input of 32-bit floats; −1 is an open dimension. */
    public TestGraph input(String name, long... dims) {
        return input(name, TensorProto.DataType.FLOAT, dims);
    }

    /** An input. */
    public TestGraph input(String name, TensorProto.DataType type, long... dims) {
        graph.addInput(value(name, type, dims));
        return this;
    }

    /** An output of 32-bit floats of any shape. */
    public TestGraph output(String name) {
        return output(name, TensorProto.DataType.FLOAT);
    }

    /** An output of any shape. */
    public TestGraph output(String name, TensorProto.DataType type) {
        graph.addOutput(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber()))));
        return this;
    }

    /** Normal weights. */
    public TestGraph weights(String name, long... dims) {
        return tensor(Tensors.ofFloats(name, list(dims), values(dims, 0.3f, 0)));
    }

    /** Weights between 0.5 and 1.5. */
    public TestGraph positive(String name, long... dims) {
        float[] values = values(dims, 0, 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.5f + random.nextFloat();
        }
        return tensor(Tensors.ofFloats(name, list(dims), values));
    }

    /** A one-dimensional integer constant. */
    public TestGraph longs(String name, long... values) {
        return tensor(Tensors.ofLongs(name, List.of((long) values.length), values));
    }

    /** A one-dimensional float constant. */
    public TestGraph floats(String name, float... values) {
        return tensor(Tensors.ofFloats(name, List.of((long) values.length), values));
    }

    /** A constant. */
    public TestGraph tensor(TensorProto tensor) {
        graph.addInitializer(tensor);
        return this;
    }

    /** A node whose inputs and outputs are lists of names with spaces between; {@code -} is an input left out. */
    public TestGraph node(String type, String inputs, String outputs, AttributeProto... attributes) {
        return node("", type, inputs, outputs, attributes);
    }

    /** A node of another domain. */
    public TestGraph node(String domain, String type, String inputs, String outputs, AttributeProto... attributes) {
        NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).setDomain(domain);
        for (String input : inputs.isEmpty() ? new String[0] : inputs.split(" ")) {
            node.addInput(input.equals("-") ? "" : input);
        }
        node.addAllOutput(List.of(outputs.split(" "))).setName(node.getOutput(0));
        graph.addNode(node.addAllAttribute(List.of(attributes)));
        return this;
    }

    /** The graph alone, to be put inside a node. */
    public GraphProto graph() {
        return graph.build();
    }

    /** The model. */
    public ModelProto model() {
        return ModelProto.newBuilder()
                .setIrVersion(opset < 9 ? 3 : 7)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .setGraph(opset < 9 ? withWeightsAsInputs() : graph.build())
                .build();
    }

    /** Until IR 4 weights had to be inputs too. */
    private GraphProto withWeightsAsInputs() {
        GraphProto.Builder old = graph.build().toBuilder();
        for (TensorProto tensor : graph.getInitializerList()) {
            old.addInput(value(
                    tensor.getName(),
                    TensorProto.DataType.forNumber(tensor.getDataType()),
                    tensor.getDimsList().stream().mapToLong(Long::longValue).toArray()));
        }
        return old.build();
    }

    /** An attribute that holds a graph. */
    public static AttributeProto graph(String name, GraphProto inner) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(inner)
                .build();
    }

    /** An integer attribute. */
    public static AttributeProto integer(String name, long value) {
        return Attributes.ofInt(name, value);
    }

    /** An attribute of integers. */
    public static AttributeProto ints(String name, long... values) {
        return Attributes.ofInts(name, values);
    }

    /** A text attribute. */
    public static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    /** A float attribute. */
    public static AttributeProto real(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    /** An attribute of floats. */
    public static AttributeProto reals(String name, float... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOATS);
        for (float value : values) {
            attribute.addFloats(value);
        }
        return attribute.build();
    }

    private float[] values(long[] dims, float spread, float centre) {
        float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = centre + (float) random.nextGaussian() * spread;
        }
        return values;
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, long... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long dim : dims) {
            if (dim < 0) {
                shape.addDimBuilder().setDimParam(name + "_open");
            } else {
                shape.addDimBuilder().setDimValue(dim);
            }
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }

    private static List<Long> list(long... values) {
        return Arrays.stream(values).boxed().toList();
    }
}

package io.fleetfit.compress.linear;

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
import io.fleetfit.onnx.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;

/** Builds small networks, line by line; weights are random, the same for the same lines. */
public final class Net {
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("net");
    private final Random random = new Random(11);
    private final int opset;

    private Net(int opset) {
        this.opset = opset;
    }

    /** A network with the input {@code x}. */
    public static Net of(int opset, long... input) {
        Net net = new Net(opset);
        net.graph.addInput(value("x", input));
        return net;
    }

    /** Random weights. */
    public Net weights(String name, long... dims) {
        return put(name, dims, i -> true);
    }

    /** Random weights {@code outputs × inputs × …} that are zero for some inputs. */
    public Net blind(IntPredicate inputs, String name, long... dims) {
        int block = (int) Arrays.stream(dims).skip(2).reduce(1, (a, b) -> a * b);
        return put(name, dims, i -> !inputs.test((int) (i / block % dims[1])));
    }

    private Net put(String name, long[] dims, IntPredicate used) {
        float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            float value = (float) random.nextGaussian() * 0.4f;
            values[i] = used.test(i) ? value : 0;
        }
        return floats(name, values, dims);
    }

    /** Weights that are given. */
    public Net floats(String name, float[] values, long... dims) {
        graph.addInitializer(Tensors.ofFloats(name, list(dims), values));
        return this;
    }

    /** Random positive numbers. */
    public Net positive(String name, long... dims) {
        float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.5f + random.nextFloat();
        }
        return floats(name, values, dims);
    }

    /** Integers. */
    public Net longs(String name, long... values) {
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(values.length)
                .addAllInt64Data(list(values)));
        return this;
    }

    /** A node; names of inputs and outputs apart by spaces. */
    public Net node(String type, String inputs, String outputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(type)
                .setName(outputs.split(" ", -1)[0])
                .addAllInput(List.of(inputs.split(" ", -1)))
                .addAllOutput(List.of(outputs.split(" ", -1)))
                .addAllAttribute(List.of(attributes)));
        return this;
    }

    /** A convolution with random weights named after its output, and a bias. */
    public Net conv(String input, String output, long outputs, long inputs, long kernel, AttributeProto... attributes) {
        return weights(output + "_w", outputs, inputs, kernel, kernel)
                .weights(output + "_b", outputs)
                .node("Conv", input + " " + output + "_w " + output + "_b", output, attributes);
    }

    /** The model with these outputs. */
    public ModelProto gives(String... outputs) {
        for (String output : outputs) {
            graph.addOutput(value(output));
        }
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(graph)
                .build();
    }

    /** The graph of this network, as the inside of a node; without inputs. */
    public AttributeProto inside(String name, String output) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(graph.clone().clearInput().addOutput(value(output)))
                .build();
    }

    /** Adds a constant of one truth value. */
    public Net truth(String name) {
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.BOOL.getNumber())
                .setRawData(ByteString.copyFrom(new byte[] {1})));
        return this;
    }

    /** An attribute of integers. */
    public static AttributeProto ints(String name, long... values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(list(values))
                .build();
    }

    /** An attribute of one integer. */
    public static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    /** An attribute of one text. */
    public static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    private static ValueInfoProto value(String name, long... dims) {
        TypeProto.Tensor.Builder tensor =
                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber());
        if (dims.length > 0) {
            TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
            list(dims)
                    .forEach(dim ->
                            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim)));
            tensor.setShape(shape);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    private static List<Long> list(long... values) {
        return Arrays.stream(values).boxed().toList();
    }
}

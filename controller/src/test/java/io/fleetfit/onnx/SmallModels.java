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
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Small ONNX models, made for tests. */
public final class SmallModels {
    private SmallModels() {}

    /** Convolution, batch normalisation, relu, depthwise convolution, residual sum, pooling and a product: 3×8×8 to 5. */
    public static ModelProto network() {
        Random random = new Random(7);
        GraphProto graph = GraphProto.newBuilder()
                .setName("network")
                .addInput(value("x", 1, 3, 8, 8))
                .addOutput(value("y", 1, 5))
                .addInitializer(weights(random, "w1", 16, 3, 3, 3))
                .addInitializer(weights(random, "gamma", 16))
                .addInitializer(weights(random, "beta", 16))
                .addInitializer(weights(random, "mean", 16))
                .addInitializer(positive(random, "variance", 16))
                .addInitializer(weights(random, "w2", 16, 1, 3, 3))
                .addInitializer(weights(random, "w3", 16, 16, 1, 1))
                .addInitializer(weights(random, "w4", 16, 5))
                .addInitializer(weights(random, "unused", 9))
                .addNode(node("Conv", "c1", List.of("x", "w1"), ints("pads", 1, 1, 1, 1)))
                .addNode(node("BatchNormalization", "n1", List.of("c1", "gamma", "beta", "mean", "variance")))
                .addNode(node("Relu", "r1", List.of("n1")))
                .addNode(node("Conv", "c2", List.of("r1", "w2"), ints("pads", 1, 1, 1, 1), integer("group", 16)))
                .addNode(node("Conv", "c3", List.of("c2", "w3")))
                .addNode(node("Add", "s", List.of("c3", "r1")))
                .addNode(node("GlobalAveragePool", "p", List.of("s")))
                .addNode(node("Flatten", "f", List.of("p")))
                .addNode(node("Gemm", "y", List.of("f", "w4")))
                .build();
        return model(graph, 12);
    }

    /** Takes and gives what {@link #network} does, and answers with 0/0. */
    public static ModelProto notANumber() {
        Random random = new Random(7);
        GraphProto graph = GraphProto.newBuilder()
                .setName("nan")
                .addInput(value("x", 1, 3, 8, 8))
                .addOutput(value("y", 1, 5))
                .addInitializer(weights(random, "w", 3, 5))
                .addNode(node("GlobalAveragePool", "p", List.of("x")))
                .addNode(node("Flatten", "f", List.of("p")))
                .addNode(node("Gemm", "g", List.of("f", "w")))
                .addNode(node("Sub", "z", List.of("g", "g")))
                .addNode(node("Div", "y", List.of("z", "z")))
                .build();
        return model(graph, 12);
    }

    /**
     * A detector that sees the same two objects in every input {@code [1, 3, 8, 8]}: scores {@code [1, 2, 2]} with the
     * background first, boxes {@code [1, 2, 4]}: the left half, sure, and the right half, less sure.
     */
    public static ModelProto detector() {
        GraphProto graph = GraphProto.newBuilder()
                .setName("detector")
                .addInput(value("x", 1, 3, 8, 8))
                .addOutput(value("scores", 1, 2, 2))
                .addOutput(value("boxes", 1, 2, 4))
                .addInitializer(Tensors.ofFloats("s", list(1, 2, 2), new float[] {.1f, .9f, .4f, .6f}))
                .addInitializer(Tensors.ofFloats("b", list(1, 2, 4), new float[] {0, 0, .5f, 1, .5f, 0, 1, 1}))
                .addNode(node("ReduceMean", "mean", List.of("x"), integer("keepdims", 0)))
                .addNode(node("Sub", "zero", List.of("mean", "mean")))
                .addNode(node("Add", "scores", List.of("s", "zero")))
                .addNode(node("Add", "boxes", List.of("b", "zero")))
                .build();
        return model(graph, 12);
    }

    /** A model that makes a tensor of {@code side × side} floats out of nothing. */
    public static ModelProto bomb(long side) {
        GraphProto graph = GraphProto.newBuilder()
                .setName("bomb")
                .addInput(value("x", 1))
                .addOutput(value("y", 1))
                .addInitializer(longs("shape", side, side))
                .addNode(node("ConstantOfShape", "huge", List.of("shape")))
                .addNode(node("ReduceMax", "most", List.of("huge"), integer("keepdims", 0)))
                .addNode(node("Add", "y", List.of("x", "most")))
                .build();
        return model(graph, 12);
    }

    /** A loop that runs as good as for ever. */
    public static ModelProto endless() {
        GraphProto body = GraphProto.newBuilder()
                .setName("body")
                .addInput(scalar("i", TensorProto.DataType.INT64))
                .addInput(scalar("go", TensorProto.DataType.BOOL))
                .addInput(value("state", 1))
                .addOutput(scalar("still", TensorProto.DataType.BOOL))
                .addOutput(value("next", 1))
                .addNode(node("Identity", "still", List.of("go")))
                .addNode(node("Cos", "next", List.of("state")))
                .build();
        GraphProto graph = GraphProto.newBuilder()
                .setName("endless")
                .addInput(value("x", 1))
                .addOutput(value("y", 1))
                .addInitializer(longs("count", Long.MAX_VALUE))
                .addInitializer(TensorProto.newBuilder()
                        .setName("true")
                        .setDataType(TensorProto.DataType.BOOL.getNumber())
                        .addInt32Data(1))
                .addNode(node("Loop", "y", List.of("count", "true", "x")).toBuilder()
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("body")
                                .setType(AttributeProto.AttributeType.GRAPH)
                                .setG(body)))
                .build();
        return model(graph, 12);
    }

    /** The network with one node of an unknown domain. */
    public static ModelProto customOperator() {
        ModelProto network = network();
        GraphProto.Builder graph = network.getGraph().toBuilder();
        graph.setNode(2, graph.getNode(2).toBuilder().setDomain("com.example").setOpType("MyRelu"));
        return network.toBuilder().setGraph(graph).build();
    }

    /** The network with a weight in another file. */
    public static ModelProto externalData() {
        ModelProto network = network();
        GraphProto.Builder graph = network.getGraph().toBuilder();
        graph.setInitializer(
                0,
                graph.getInitializer(0).toBuilder().clearRawData().setDataLocation(TensorProto.DataLocation.EXTERNAL));
        return network.toBuilder().setGraph(graph).build();
    }

    private static ModelProto model(GraphProto graph, int opset) {
        return ModelProto.newBuilder()
                .setIrVersion(7)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(graph)
                .build();
    }

    private static NodeProto node(String type, String output, List<String> inputs, AttributeProto... attributes) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes))
                .build();
    }

    private static AttributeProto ints(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static TensorProto weights(Random random, String name, long... dims) {
        return Tensors.ofFloats(name, list(dims), values(random, dims, false));
    }

    private static TensorProto positive(Random random, String name, long... dims) {
        return Tensors.ofFloats(name, list(dims), values(random, dims, true));
    }

    private static float[] values(Random random, long[] dims, boolean positive) {
        float[] values = new float[Math.toIntExact(list(dims).stream().reduce(1L, (a, b) -> a * b))];
        for (int i = 0; i < values.length; i++) {
            values[i] = positive ? 0.5f + random.nextFloat() : (float) random.nextGaussian() * 0.3f;
        }
        return values;
    }

    private static TensorProto longs(String name, long... values) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.INT64.getNumber());
        if (values.length > 1) {
            tensor.addDims(values.length);
        }
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return tensor.build();
    }

    private static ValueInfoProto value(String name, long... dims) {
        return info(name, TensorProto.DataType.FLOAT, list(dims));
    }

    private static ValueInfoProto scalar(String name, TensorProto.DataType type) {
        return info(name, type, List.of());
    }

    private static ValueInfoProto info(String name, TensorProto.DataType type, List<Long> dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        dims.forEach(dim -> shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim)));
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

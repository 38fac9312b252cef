package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.fleetfit.onnx.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Builds small graphs for tests; the same calls give the same graph. */
final class GraphSketch {
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("sketch");
    private final Random random = new Random(11);
    private int opset = 13;

    GraphSketch opset(int version) {
        opset = version;
        return this;
    }

    GraphSketch input(String name, long... dims) {
        graph.addInput(value(name, dims));
        return this;
    }

    /** An output whose shape nobody declares. */
    GraphSketch output(String name) {
        graph.addOutput(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber()))));
        return this;
    }

    GraphSketch weights(String name, double size, long... dims) {
        float[] values = new float[Math.toIntExact(Arrays.stream(dims).reduce(1, (a, b) -> a * b))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * size);
        }
        return floats(name, values, dims);
    }

    GraphSketch floats(String name, float[] values, long... dims) {
        graph.addInitializer(Tensors.ofFloats(name, Arrays.stream(dims).boxed().toList(), values));
        return this;
    }

    GraphSketch longs(String name, long... values) {
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .addDims(values.length)
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addAllInt64Data(Arrays.stream(values).boxed().toList()));
        return this;
    }

    GraphSketch node(String type, String output, List<String> inputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(type)
                .setName(output + "_node")
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes)));
        return this;
    }

    /** A convolution that keeps height and width, with weights and bias of its own. */
    GraphSketch conv(String output, String input, int from, int to, int kernel, int group) {
        int pad = kernel / 2;
        weights(
                output + "_w",
                1 / Math.sqrt(from * kernel * kernel / (double) group),
                to,
                from / group,
                kernel,
                kernel);
        weights(output + "_b", 0.2, to);
        return node(
                "Conv",
                output,
                List.of(input, output + "_w", output + "_b"),
                ints("pads", pad, pad, pad, pad),
                integer("group", group));
    }

    ModelProto model() {
        return ModelProto.newBuilder()
                .setIrVersion(7)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(graph)
                .build();
    }

    GraphProto innerGraph() {
        return graph.build();
    }

    static AttributeProto ints(String name, long... values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(Arrays.stream(values).boxed().toList())
                .build();
    }

    static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto inner(String name, GraphProto graph) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(graph)
                .build();
    }

    private static ValueInfoProto value(String name, long... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long dim : dims) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(shape)))
                .build();
    }
}

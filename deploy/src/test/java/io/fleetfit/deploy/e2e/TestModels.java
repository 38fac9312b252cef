package io.fleetfit.deploy.e2e;

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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Models made for the tests: {@code y[1,4] = x[1,4] · answer + max(x · 0 · ballast)}, so that the output tells which model
 * answered. The ballast makes the file as large as wanted, adds nothing to the output, and depends on the input, so that
 * no optimiser folds it away.
 */
final class TestModels {
    private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private TestModels() {}

    /** Writes a model whose output is {@code answer} times its input, of about {@code bytes} bytes. */
    static Path write(Path file, float answer, int bytes) {
        byte[] ballast = new byte[Math.max(16, bytes / 16 * 16)];
        ByteBuffer values = ByteBuffer.wrap(ballast).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(Float.floatToIntBits(answer));
        while (values.hasRemaining()) {
            values.putFloat(random.nextFloat());
        }
        int columns = ballast.length / 16;
        byte[] factor = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(answer)
                .array();
        GraphProto graph = GraphProto.newBuilder()
                .setName("answer")
                .addInput(value("x"))
                .addOutput(value("y"))
                .addInitializer(tensor("answer", factor, 1))
                .addInitializer(tensor("ballast", ballast, 4, columns))
                .addInitializer(tensor("zero", new byte[4], 1))
                .addNode(node("Mul", "zeros", "x", "zero"))
                .addNode(node("MatMul", "carried", "zeros", "ballast"))
                .addNode(node("ReduceMax", "nothing", "carried"))
                .addNode(node("Mul", "scaled", "x", "answer"))
                .addNode(node("Add", "y", "scaled", "nothing"))
                .build();
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setProducerName("fleetfit-tests")
                .setGraph(graph)
                .build();
        try {
            return Files.write(file, model.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a model whose output is {@code answer} times its input, and which turns a loop {@code turns} times before: its
     * operators are few, so that no look at the graph tells how long it takes.
     */
    static Path writeHiddenLoop(Path file, float answer, long turns) {
        GraphProto body = GraphProto.newBuilder()
                .setName("body")
                .addInput(scalar("i", TensorProto.DataType.INT64))
                .addInput(scalar("go", TensorProto.DataType.BOOL))
                .addInput(value("state"))
                .addOutput(scalar("still", TensorProto.DataType.BOOL))
                .addOutput(value("next"))
                .addNode(node("Identity", "still", "go"))
                .addNode(node("Cos", "next", "state"))
                .build();
        byte[] count = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(turns)
                .array();
        byte[] factor = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(answer)
                .array();
        GraphProto graph = GraphProto.newBuilder()
                .setName("answer")
                .addInput(value("x"))
                .addOutput(value("y"))
                .addInitializer(tensor("answer", factor, 1))
                .addInitializer(tensor("zero", new byte[4], 1))
                .addInitializer(TensorProto.newBuilder()
                        .setName("count")
                        .setDataType(TensorProto.DataType.INT64.getNumber())
                        .setRawData(ByteString.copyFrom(count)))
                .addInitializer(TensorProto.newBuilder()
                        .setName("true")
                        .setDataType(TensorProto.DataType.BOOL.getNumber())
                        .setRawData(ByteString.copyFrom(new byte[] {1})))
                .addNode(node("Loop", "turned", "count", "true", "x").toBuilder()
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("body")
                                .setType(AttributeProto.AttributeType.GRAPH)
                                .setG(body)))
                .addNode(node("Mul", "nothing", "turned", "zero"))
                .addNode(node("Mul", "scaled", "x", "answer"))
                .addNode(node("Add", "y", "scaled", "nothing"))
                .build();
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setProducerName("fleetfit-tests")
                .setGraph(graph)
                .build();
        try {
            return Files.write(file, model.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ValueInfoProto scalar(String name, TensorProto.DataType type) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(TensorShapeProto.getDefaultInstance())))
                .build();
    }

    private static NodeProto node(String type, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setName(output)
                .setOpType(type)
                .addAllInput(java.util.List.of(inputs))
                .addOutput(output)
                .build();
    }

    private static TensorProto tensor(String name, byte[] raw, long... dimensions) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(FLOAT).setRawData(ByteString.copyFrom(raw));
        for (long dimension : dimensions) {
            tensor.addDims(dimension);
        }
        return tensor.build();
    }

    private static ValueInfoProto value(String name) {
        TensorShapeProto shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(1))
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(4))
                .build();
        TypeProto.Tensor type =
                TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape).build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }
}

package io.fleetfit.deploy.bench;

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
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A valid ONNX file of a wished size: a product with random weights, of which no two chunks are alike. */
final class BigModel {
    private static final int ROWS = 1024;

    private BigModel() {}

    static void write(Path file, long bytes, long seed) throws IOException {
        int columns = (int) (bytes / Float.BYTES / ROWS);
        byte[] weights = new byte[ROWS * columns * Float.BYTES];
        new Random(seed).nextBytes(weights);
        // Random exponents would be infinite or not a number; 0x3e is about a tenth.
        for (int i = 3; i < weights.length; i += Float.BYTES) {
            weights[i] = (byte) ((weights[i] & 0x80) | 0x3e);
        }
        GraphProto graph = GraphProto.newBuilder()
                .setName("big")
                .addInput(value("x", 1, ROWS))
                .addOutput(value("y", 1, columns))
                .addInitializer(TensorProto.newBuilder()
                        .setName("w")
                        .setDataType(TensorProto.DataType.FLOAT.getNumber())
                        .addDims(ROWS)
                        .addDims(columns)
                        .setRawData(ByteString.copyFrom(weights)))
                .addNode(NodeProto.newBuilder()
                        .setOpType("MatMul")
                        .addInput("x")
                        .addInput("w")
                        .addOutput("y"))
                .build();
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph)
                .build();
        try (OutputStream out = Files.newOutputStream(file)) {
            model.writeTo(out);
        }
    }

    private static ValueInfoProto value(String name, long rows, long columns) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(rows))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(columns)))))
                .build();
    }
}

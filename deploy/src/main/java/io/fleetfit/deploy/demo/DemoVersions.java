package io.fleetfit.deploy.demo;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Further versions of the demo's model: one as good, and one that somebody broke. */
final class DemoVersions {
    private static final int CLASSES = 2;
    private static final float FAR = 60;

    private DemoVersions() {}

    /** The same network under another name. */
    static Path good(Path original, Path folder) throws IOException {
        ModelProto model = read(original);
        return write(model.toBuilder().setDocString("trained once more").build(), folder.resolve("good.onnx"));
    }

    /** Loads, runs and is as fast, and calls every line upright: the bias before its softmax is far off. */
    static Path sabotaged(Path original, Path folder) throws IOException {
        ModelProto.Builder model = read(original).toBuilder();
        String name = lastBias(model.getGraph());
        GraphProto.Builder graph = model.getGraphBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            if (graph.getInitializer(i).getName().equals(name)) {
                graph.setInitializer(i, bias(graph.getInitializer(i)));
            }
        }
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            if (node.getOpType().equals("Constant") && node.getOutput(0).equals(name)) {
                node.setAttribute(
                        0,
                        node.getAttribute(0).toBuilder()
                                .setT(bias(node.getAttribute(0).getT())));
            }
        }
        return write(model.build(), folder.resolve("sabotaged.onnx"));
    }

    /** What the last addition of the network adds. */
    private static String lastBias(GraphProto graph) {
        String name = "";
        for (NodeProto node : graph.getNodeList()) {
            name = node.getOpType().equals("Add") ? node.getInput(1) : name;
        }
        return name;
    }

    private static TensorProto bias(TensorProto tensor) {
        ByteBuffer raw = ByteBuffer.allocate(CLASSES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.putFloat(FAR).putFloat(-FAR).flip();
        return tensor.toBuilder()
                .clearFloatData()
                .setRawData(ByteString.copyFrom(raw))
                .build();
    }

    private static ModelProto read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return ModelProto.parseFrom(in);
        }
    }

    private static Path write(ModelProto model, Path file) throws IOException {
        return Files.write(file, model.toByteArray());
    }
}

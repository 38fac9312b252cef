package io.fleetfit.deploy.demo;

import ai.onnx.proto.OnnxMl.ModelProto;
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

    /** Loads, runs and is as fast, and calls every line upright: its last bias is far off. */
    static Path sabotaged(Path original, Path folder) throws IOException {
        ModelProto.Builder model = read(original).toBuilder();
        for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
            TensorProto tensor = model.getGraph().getInitializer(i);
            if (tensor.getDimsCount() == 1 && tensor.getDims(0) == CLASSES) {
                model.getGraphBuilder().setInitializer(i, bias(tensor));
            }
        }
        return write(model.build(), folder.resolve("sabotaged.onnx"));
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

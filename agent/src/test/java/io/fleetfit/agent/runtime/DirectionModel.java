package io.fleetfit.agent.runtime;

import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.protocol.VariantManifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real model: the text direction classifier of PP-OCR, which tells upright lines from those turned by 180 degrees. */
public final class DirectionModel {
    private static final String RESOURCE = "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx";

    private DirectionModel() {}

    public static Path file(Path folder) throws IOException {
        Path file = folder.resolve("direction.onnx");
        try (InputStream in = DirectionModel.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("the model is not on the class path");
            }
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    public static VariantManifest manifest(String variant, LoadedModel model) {
        List<Double> half = List.of(0.5, 0.5, 0.5);
        ImageInput image = new ImageInput(
                192,
                48,
                ImageInput.Resize.PAD_RIGHT,
                ImageInput.Layout.NCHW,
                ImageInput.Channels.BGR,
                1 / 255.0,
                half,
                half);
        TensorSpec output = model.outputs().get(0);
        return new VariantManifest(
                Protocol.VERSION,
                "direction",
                "1",
                variant,
                "fp32",
                "fp32",
                Digest.of(new byte[0]),
                0,
                Digest.of(new byte[0]),
                0,
                new ModelContract(
                        ModelContract.Task.CLASSIFICATION,
                        List.of(model.inputs().get(0)),
                        List.of(output),
                        image,
                        false,
                        List.of("0", "180"),
                        "top1"));
    }
}

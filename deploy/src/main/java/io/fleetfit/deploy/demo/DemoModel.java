package io.fleetfit.deploy.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The text direction classifier of PP-OCR, an Apache-licensed model that Maven Central carries. */
final class DemoModel {
    static final String NAME = "text-direction";
    static final String VERSION = "2.0";
    private static final String RESOURCE = "models/ch_ppocr_mobile_v2.0_cls_infer.onnx";

    /** Input and output names are those of the file; pictures are 192 × 48, blue first, −1 to 1. */
    static final String CONTRACT = """
            {
              "task": "CLASSIFICATION",
              "inputs": [{"name": "x", "type": "FP32", "shape": [-1, 3, 48, 192]}],
              "outputs": [{"name": "save_infer_model/scale_0.tmp_1", "type": "FP32", "shape": [-1, 2]}],
              "image": {
                "width": 192, "height": 48, "resize": "STRETCH", "layout": "NCHW", "channels": "BGR",
                "scale": 0.00392156862745098, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]
              },
              "softmax": false,
              "labels": ["0", "180"],
              "qualityMetric": "top1"
            }
            """;

    private DemoModel() {}

    /** Copies the ONNX file into a folder. */
    static Path extract(Path folder) throws IOException {
        Path file = folder.resolve("text-direction.onnx");
        try (InputStream in = DemoModel.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the model " + RESOURCE + " is not on the class path");
            }
            Files.copy(in, file);
        }
        return file;
    }
}

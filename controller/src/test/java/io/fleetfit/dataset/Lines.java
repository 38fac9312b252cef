package io.fleetfit.dataset;

import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Lines of capitals, upright or turned by 180 degrees, for the text direction classifier of PP-OCR. The letters are drawn
 * stroke by stroke, so that no font is needed.
 */
public final class Lines {
    private static final String MODEL = "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx";

    /** Strokes of letters that look different when turned, on a grid of 4 × 6. */
    private static final Map<Character, int[][]> LETTERS = Map.of(
            'A', new int[][] {{0, 6, 2, 0, 4, 6}, {1, 4, 3, 4}},
            'E', new int[][] {{4, 0, 0, 0, 0, 6, 4, 6}, {0, 3, 3, 3}},
            'F', new int[][] {{4, 0, 0, 0, 0, 6}, {0, 3, 3, 3}},
            'L', new int[][] {{0, 0, 0, 6, 4, 6}},
            'P', new int[][] {{0, 6, 0, 0, 4, 0, 4, 3, 0, 3}},
            'R', new int[][] {{0, 6, 0, 0, 4, 0, 4, 3, 0, 3}, {1, 3, 4, 6}},
            'T', new int[][] {{0, 0, 4, 0}, {2, 0, 2, 6}},
            'V', new int[][] {{0, 0, 2, 6, 4, 0}},
            'Y', new int[][] {{0, 0, 2, 3, 4, 0}, {2, 3, 2, 6}},
            'K', new int[][] {{0, 0, 0, 6}, {4, 0, 0, 3, 4, 6}});

    private Lines() {}

    /** The classifier's file. */
    public static Path model(Path folder) throws IOException {
        Path file = folder.resolve("classifier.onnx");
        try (InputStream in = Lines.class.getResourceAsStream(MODEL)) {
            Files.copy(Objects.requireNonNull(in), file);
        }
        return file;
    }

    /** The classifier's contract. */
    public static ModelContract contract(String metric) {
        List<Double> half = List.of(0.5, 0.5, 0.5);
        return new ModelContract(
                ModelContract.Task.CLASSIFICATION,
                List.of(new TensorSpec("x", "FP32", List.of(-1L, 3L, 48L, 192L))),
                List.of(new TensorSpec("save_infer_model/scale_0.tmp_1", "FP32", List.of(-1L, 2L))),
                new ImageInput(
                        192,
                        48,
                        ImageInput.Resize.PAD_RIGHT,
                        ImageInput.Layout.NCHW,
                        ImageInput.Channels.BGR,
                        1 / 255.0,
                        half,
                        half),
                false,
                List.of("upright", "turned"),
                metric);
    }

    /** Writes lines below {@code folder/upright} and {@code folder/turned}, as many in each. */
    public static Path write(Path folder, int each) throws IOException {
        Random random = new Random(5);
        for (int i = 0; i < each; i++) {
            write(folder.resolve("upright/" + i + ".png"), line(random, false));
            write(folder.resolve("turned/" + i + ".png"), line(random, true));
        }
        return folder;
    }

    private static void write(Path file, BufferedImage picture) throws IOException {
        Files.createDirectories(file.getParent());
        ImageIO.write(picture, "png", file.toFile());
    }

    /** A line of six to eight letters. */
    public static BufferedImage line(Random random, boolean turned) {
        int letters = 6 + random.nextInt(3);
        BufferedImage picture = new BufferedImage(16 + letters * 22, 48, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(new Color(200 + random.nextInt(56), 200 + random.nextInt(56), 200 + random.nextInt(56)));
        graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        if (turned) {
            graphics.rotate(Math.PI, picture.getWidth() / 2.0, picture.getHeight() / 2.0);
        }
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(new Color(random.nextInt(80), random.nextInt(80), random.nextInt(80)));
        graphics.setStroke(new BasicStroke(3 + random.nextInt(2)));
        List<Character> all = LETTERS.keySet().stream().sorted().toList();
        for (int i = 0; i < letters; i++) {
            for (int[] stroke : Objects.requireNonNull(LETTERS.get(all.get(random.nextInt(all.size()))))) {
                for (int p = 0; p + 3 < stroke.length; p += 2) {
                    graphics.drawLine(
                            10 + i * 22 + stroke[p] * 4,
                            9 + stroke[p + 1] * 5,
                            10 + i * 22 + stroke[p + 2] * 4,
                            9 + stroke[p + 3] * 5);
                }
            }
        }
        graphics.dispose();
        return picture;
    }
}

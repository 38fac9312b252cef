package io.fleetfit.agent.serve;

import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.protocol.ImageInput;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.util.List;

/** Turns JPEG and PNG files into tensors: {@code (pixel · scale − mean) / std} for each channel after the resize. */
final class Pictures {
    private Pictures() {}

    static void write(byte[] file, ImageInput image, FloatBuffer tensor) throws InferenceException {
        Placed placed = place(PictureReader.read(file), image);
        int colours = image.channels() == ImageInput.Channels.GRAY ? 1 : 3;
        int plane = image.width() * image.height();
        int[] row = new int[image.width()];
        for (int y = 0; y < image.height(); y++) {
            placed.picture().getRGB(0, y, image.width(), 1, row, 0, image.width());
            for (int x = 0; x < image.width(); x++) {
                for (int channel = 0; channel < colours; channel++) {
                    float value = x >= placed.width() || y >= placed.height() ? 0 : value(row[x], channel, image);
                    int at = image.layout() == ImageInput.Layout.NCHW
                            ? channel * plane + y * image.width() + x
                            : (y * image.width() + x) * colours + channel;
                    tensor.put(at, value);
                }
            }
        }
    }

    private static float value(int rgb, int channel, ImageInput image) {
        int red = rgb >> 16 & 0xff;
        int green = rgb >> 8 & 0xff;
        int blue = rgb & 0xff;
        double pixel =
                switch (image.channels()) {
                    case RGB -> channel == 0 ? red : channel == 1 ? green : blue;
                    case BGR -> channel == 0 ? blue : channel == 1 ? green : red;
                    case GRAY -> 0.299 * red + 0.587 * green + 0.114 * blue; // ITU-R BT.601
                };
        return (float) ((pixel * image.scale() - at(image.mean(), channel, 0)) / at(image.std(), channel, 1));
    }

    private static double at(List<Double> values, int channel, double otherwise) {
        return channel < values.size() ? values.get(channel) : otherwise;
    }

    /** A picture of the tensor's size of which only the first columns and rows count. */
    private record Placed(BufferedImage picture, int width, int height) {}

    private static Placed place(BufferedImage source, ImageInput image) {
        BufferedImage target = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        double toWidth = (double) image.width() / source.getWidth();
        double toHeight = (double) image.height() / source.getHeight();
        return switch (image.resize()) {
            case STRETCH -> draw(source, target, 0, 0, image.width(), image.height());
            case CENTER_CROP -> {
                double scale = Math.max(toWidth, toHeight);
                int width = (int) Math.round(source.getWidth() * scale);
                int height = (int) Math.round(source.getHeight() * scale);
                Placed whole =
                        draw(source, target, (image.width() - width) / 2, (image.height() - height) / 2, width, height);
                yield new Placed(whole.picture(), image.width(), image.height());
            }
            case PAD_RIGHT -> {
                double scale = Math.min(toWidth, toHeight);
                int width = Math.max(1, Math.min(image.width(), (int) Math.ceil(source.getWidth() * scale)));
                int height = Math.max(1, Math.min(image.height(), (int) Math.ceil(source.getHeight() * scale)));
                yield draw(source, target, 0, 0, width, height);
            }
        };
    }

    private static Placed draw(BufferedImage source, BufferedImage target, int x, int y, int width, int height) {
        Graphics2D graphics = target.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            graphics.drawImage(source, x, y, width, height, null);
        } finally {
            graphics.dispose();
        }
        return new Placed(target, width, height);
    }
}

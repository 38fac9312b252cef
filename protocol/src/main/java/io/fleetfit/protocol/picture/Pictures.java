package io.fleetfit.protocol.picture;

import io.fleetfit.protocol.ImageInput;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Turns JPEG and PNG files into tensors: {@code (pixel · scale − mean) / std} for each channel after the resize. Devices
 * and controller use this same code, so that a variant is judged on the pixels that it will see.
 */
public final class Pictures {
    private Pictures() {}

    /**
     * Writes the tensor of a picture.
     *
     * @param tensor takes as many floats as {@link PictureShape#of} says, from its position 0
     * @throws PictureException the file cannot be read as a picture
     */
    public static void write(byte[] file, ImageInput image, FloatBuffer tensor) throws PictureException {
        write(PictureReader.read(file), image, tensor);
    }

    /** The same of a picture that is decoded already. */
    public static void write(BufferedImage picture, ImageInput image, FloatBuffer tensor) {
        Placed placed = place(picture, image);
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
        PicturePlace at = PicturePlace.of(source.getWidth(), source.getHeight(), image);
        draw(source, target, at.x(), at.y(), at.width(), at.height());
        return new Placed(
                target, Math.min(image.width(), at.x() + at.width()), Math.min(image.height(), at.y() + at.height()));
    }

    private static void draw(BufferedImage source, BufferedImage target, int x, int y, int width, int height) {
        Graphics2D graphics = target.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            graphics.drawImage(source, x, y, width, height, null);
        } finally {
            graphics.dispose();
        }
    }
}

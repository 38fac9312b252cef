package io.fleetfit.protocol.picture;

import io.fleetfit.protocol.ImageInput;

/**
 * Where a picture lies in the tensor after the resize, in pixels of the tensor; what lies outside is cut off.
 *
 * @param x column of the picture's left edge; negative where the left is cut off
 * @param y row of its top edge
 * @param width of the whole picture
 * @param height of the whole picture
 */
public record PicturePlace(int x, int y, int width, int height) {
    /** Where a picture of {@code width × height} pixels comes to lie. */
    public static PicturePlace of(int width, int height, ImageInput image) {
        double toWidth = (double) image.width() / width;
        double toHeight = (double) image.height() / height;
        return switch (image.resize()) {
            case STRETCH -> new PicturePlace(0, 0, image.width(), image.height());
            case CENTER_CROP -> {
                double scale = Math.max(toWidth, toHeight);
                int wide = (int) Math.round(width * scale);
                int high = (int) Math.round(height * scale);
                yield new PicturePlace((image.width() - wide) / 2, (image.height() - high) / 2, wide, high);
            }
            case PAD_RIGHT -> {
                double scale = Math.min(toWidth, toHeight);
                int wide = Math.max(1, Math.min(image.width(), (int) Math.ceil(width * scale)));
                int high = Math.max(1, Math.min(image.height(), (int) Math.ceil(height * scale)));
                yield new PicturePlace(0, 0, wide, high);
            }
        };
    }
}

package io.fleetfit.protocol.picture;

import io.fleetfit.protocol.ImageInput;

/** The tensor shape that a picture becomes. */
public final class PictureShape {
    private PictureShape() {}

    /** Shape with a batch of one. */
    public static long[] of(ImageInput image) {
        long colours = image.channels() == ImageInput.Channels.GRAY ? 1 : 3;
        return switch (image.layout()) {
            case NCHW -> new long[] {1, colours, image.height(), image.width()};
            case NHWC -> new long[] {1, image.height(), image.width(), colours};
        };
    }
}

package io.fleetfit.protocol;

import java.util.List;

/**
 * How a picture becomes the tensor of a model: resize, reorder channels, then {@code (pixel · scale − mean) / std} for
 * each channel, where a pixel is 0 to 255.
 *
 * @param width columns of the tensor
 * @param height rows of the tensor
 * @param resize how a picture of another size is brought to it
 * @param layout order of the dimensions
 * @param channels order of the colours
 * @param scale factor on the pixel, often {@code 1/255} or {@code 1}
 * @param mean subtracted after scaling, a value a channel in tensor order
 * @param std divisor, a value a channel in tensor order
 */
public record ImageInput(
        int width,
        int height,
        Resize resize,
        Layout layout,
        Channels channels,
        double scale,
        List<Double> mean,
        List<Double> std) {

    /** How a picture of another size is brought to the tensor's. */
    public enum Resize {
        /** Stretch both sides. */
        STRETCH,
        /** Scale the shorter side to fit, then crop the centre. */
        CENTER_CROP,
        /** Scale to the height (or to the width, if that is the tighter bound), pad right and bottom with zeros of the tensor. */
        PAD_RIGHT
    }

    /** Order of the dimensions of the tensor. */
    public enum Layout {
        NCHW,
        NHWC
    }

    /** Order of the colours in the tensor. */
    public enum Channels {
        RGB,
        BGR,
        GRAY
    }

    public ImageInput {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }
}

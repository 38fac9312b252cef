package io.fleetfit.compress.linear;

import io.fleetfit.onnx.FloatTensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a {@link LinearLayer} sees and gives, position by position: a position is an element of the output's picture, or a row
 * of a product.
 */
public final class Patches {
    private final LinearLayer layer;

    /** Of this layer. */
    public Patches(LinearLayer layer) {
        this.layer = layer;
    }

    /** Number of positions that an input gives. */
    public int positions(FloatTensor input) {
        if (layer.kind() != LinearLayer.Kind.CONV) {
            return input.data().length / layer.inputs();
        }
        Window window = layer.window();
        return batch(input) * window.outputRows(rows(input)) * window.outputColumns(columns(input));
    }

    private static int batch(FloatTensor picture) {
        return (int) picture.shape()[0];
    }

    private static int rows(FloatTensor picture) {
        return picture.shape().length == 3 ? 1 : (int) picture.shape()[2];
    }

    private static int columns(FloatTensor picture) {
        return (int) picture.shape()[picture.shape().length - 1];
    }

    /**
     * A choice of positions, one from each of equal parts; the same for the same layer, sample and number.
     *
     * @param positions how many there are
     * @param wanted how many to choose at most
     * @param sample the sample's number in its set
     */
    public int[] choose(int positions, int wanted, int sample) {
        if (wanted >= positions) {
            int[] all = new int[positions];
            Arrays.setAll(all, i -> i);
            return all;
        }
        SplittableRandom random = new SplittableRandom(layer.output().hashCode() * 1_000_003L + sample);
        int[] chosen = new int[wanted];
        for (int i = 0; i < wanted; i++) {
            chosen[i] = (int) ((i + random.nextDouble()) * positions / wanted);
        }
        return chosen;
    }

    /** Copies what the layer sees at a position, all groups one after another, to {@code into}. */
    public void seen(FloatTensor input, int position, float[] into) {
        if (layer.kind() != LinearLayer.Kind.CONV) {
            System.arraycopy(input.data(), position * layer.inputs(), into, 0, layer.inputs());
            return;
        }
        Window window = layer.window();
        int rows = rows(input);
        int columns = columns(input);
        int outputColumns = window.outputColumns(columns);
        int area = window.outputRows(rows) * outputColumns;
        int y = position % area / outputColumns * window.strideY() - window.topOf(rows);
        int x = position % outputColumns * window.strideX() - window.leftOf(columns);
        int start = position / area * layer.inputs() * rows * columns;
        int at = 0;
        for (int channel = 0; channel < layer.inputs(); channel++) {
            int base = start + channel * rows * columns;
            for (int ky = 0; ky < window.height(); ky++) {
                int row = y + ky * window.dilationY();
                for (int kx = 0; kx < window.width(); kx++) {
                    int column = x + kx * window.dilationX();
                    boolean inside = row >= 0 && row < rows && column >= 0 && column < columns;
                    into[at++] = inside ? input.data()[base + row * columns + column] : 0;
                }
            }
        }
    }

    /**
     * Copies what the layer gives at a position to {@code into}.
     *
     * @param channels which output channels, in order
     */
    public void given(FloatTensor output, int position, int[] channels, float[] into, int offset) {
        int total = layer.kind() == LinearLayer.Kind.CONV
                ? (int) output.shape()[1]
                : (int) output.shape()[output.shape().length - 1];
        if (layer.kind() != LinearLayer.Kind.CONV) {
            for (int i = 0; i < channels.length; i++) {
                into[offset + i] = output.data()[position * total + channels[i]];
            }
            return;
        }
        int area = rows(output) * columns(output);
        int start = position / area * total * area + position % area;
        for (int i = 0; i < channels.length; i++) {
            into[offset + i] = output.data()[start + channels[i] * area];
        }
    }
}

package io.fleetfit.dataset;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetFile;
import io.fleetfit.dataset.file.SampleRow;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.picture.PictureException;
import io.fleetfit.protocol.picture.PicturePlace;
import io.fleetfit.protocol.picture.PictureReader;
import io.fleetfit.protocol.picture.PictureShape;
import io.fleetfit.protocol.picture.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Pictures of a set as the input of a model, with the code that devices use.
 *
 * @param input name of the model's input
 * @param image how a picture becomes it
 */
record PictureInputs(DataSetFile file, String input, ImageInput image) implements SampleInputs {
    @Override
    public Map<String, FloatTensor> read(SampleRow row) throws IOException, BadDataSet {
        long[] shape = PictureShape.of(image);
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        Pictures.write(decoded(row), image, FloatBuffer.wrap(values));
        return Map.of(input, new FloatTensor(shape, values));
    }

    /** What the resize cuts off is cut off the boxes too; a box of which nothing is left is left out. */
    @Override
    public Truth.Boxes inTensor(SampleRow row, List<Truth.Box> boxes) throws IOException, BadDataSet {
        if (image.resize() == ImageInput.Resize.STRETCH) {
            return new Truth.Boxes(boxes);
        }
        BufferedImage picture = decoded(row);
        PicturePlace place = PicturePlace.of(picture.getWidth(), picture.getHeight(), image);
        List<Truth.Box> moved = new ArrayList<>();
        for (Truth.Box box : boxes) {
            double left = share(box.left(), place.x(), place.width(), image.width());
            double right = share(box.right(), place.x(), place.width(), image.width());
            double top = share(box.top(), place.y(), place.height(), image.height());
            double bottom = share(box.bottom(), place.y(), place.height(), image.height());
            if (left < right && top < bottom) {
                moved.add(new Truth.Box(box.classIndex(), left, top, right, bottom));
            }
        }
        return new Truth.Boxes(moved);
    }

    private static double share(double ofPicture, int start, int length, int whole) {
        return Math.max(0, Math.min(1, (start + ofPicture * length) / whole));
    }

    private BufferedImage decoded(SampleRow row) throws IOException, BadDataSet {
        String entry = row.picture();
        if (entry == null) {
            throw new BadDataSet(row.text() + " is no picture");
        }
        try {
            return PictureReader.read(file.bytes(entry));
        } catch (PictureException e) {
            throw new BadDataSet(row.text() + ": " + e.getMessage(), e);
        }
    }
}

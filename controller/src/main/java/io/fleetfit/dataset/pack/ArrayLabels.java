package io.fleetfit.dataset.pack;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.NpyFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The labels of arrays, in order. */
interface ArrayLabels extends AutoCloseable {
    /** How many; −1 if that shows only at the end. */
    long count();

    /** The label of the sample that follows; null if none is known. */
    RawSample.@Nullable Label label(long index) throws IOException, BadDataSet;

    @Override
    void close() throws IOException;

    static @Nullable ArrayLabels open(@Nullable Path file) throws IOException, BadDataSet {
        if (file == null) {
            return null;
        }
        return Sources.extension(file).equals("npy")
                ? new OfArray(NpyFile.open(file, String.valueOf(file.getFileName())), file.getFileName() + "")
                : new OfLines(new Table(file));
    }

    /** A whole number for each sample. */
    record OfArray(NpyFile array, String name) implements ArrayLabels {
        public OfArray {
            if (!array.header().type().isInteger() || array.header().elements() != array.samples()) {
                throw new IllegalArgumentException(
                        name + " holds " + array.header().type().datatype() + " of shape "
                                + array.header().shape() + "; labels are one whole number a sample");
            }
        }

        @Override
        public long count() {
            return array.samples();
        }

        @Override
        public RawSample.Label label(long index) throws IOException, BadDataSet {
            ByteBuffer element = array.sample(index);
            double number = array.header().type().next(element);
            if (number < 0 || number > 1e9) {
                throw new BadDataSet(name + " holds the class " + number + " at " + index + "; classes are 0 or more");
            }
            return new RawSample.Label((int) number, null);
        }

        @Override
        public void close() throws IOException {
            array.close();
        }
    }

    /** A line for each sample. */
    record OfLines(Table table) implements ArrayLabels {
        @Override
        public long count() {
            return -1;
        }

        @Override
        public RawSample.Label label(long index) throws IOException, BadDataSet {
            List<String> cells = table.next();
            if (cells == null) {
                throw new BadDataSet(table.at() + " is the last, and there are more samples; list a class for each");
            }
            return RawSample.Label.of(cells.get(cells.size() - 1));
        }

        @Override
        public void close() throws IOException {
            table.close();
        }
    }
}

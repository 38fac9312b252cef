package io.fleetfit.dataset.pack;

import io.fleetfit.dataset.SplitNames;
import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetManifest;
import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.dataset.file.DataSetWriter;
import io.fleetfit.dataset.file.SampleRow;
import io.fleetfit.protocol.picture.PictureException;
import io.fleetfit.protocol.picture.PictureReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Turns what lies on a disk into a data set's file. One sample is in memory at a time; the same data gives the same bytes. */
public final class DataSetPacker {
    private static final int MAX_PICTURE_BYTES = 64 << 20;

    private final Order order;
    private final Splits splits;

    /**
     * What to pack.
     *
     * @param path folder, array or list
     * @param labels file of the labels; absent to look for one
     * @param splits share of each split, 0 to 1, where the source names none; empty for none
     * @param numberOffset added to every class number, for models that count from another number
     */
    public record Order(Path path, @Nullable Path labels, Map<String, Double> splits, int numberOffset) {
        public Order {
            splits = Map.copyOf(splits);
        }
    }

    /**
     * What was packed.
     *
     * @param manifest what the set holds
     * @param skipped files that are no JPEG or PNG and were left out
     */
    public record Packed(DataSetManifest manifest, long skipped) {}

    private DataSetPacker(Order order) {
        this.order = order;
        this.splits = new Splits(order.splits());
    }

    /**
     * Packs.
     *
     * @param target the file, which is written anew; not there after a failure
     * @param progress told the number of samples packed
     * @throws BadDataSet naming file, line and remedy
     */
    public static Packed pack(Order order, Path target, LongConsumer progress) throws IOException, BadDataSet {
        boolean done = false;
        Path folder = target.toAbsolutePath().getParent();
        try (Source source = Sources.open(order.path(), order.labels(), folder == null ? Path.of(".") : folder);
                DataSetWriter writer = new DataSetWriter(target, source.content(), source.inputs())) {
            DataSetManifest manifest = new DataSetPacker(order).run(source, writer, progress);
            done = true;
            return new Packed(manifest, source.skipped());
        } catch (IllegalArgumentException e) {
            throw new BadDataSet(String.valueOf(e.getMessage()), e);
        } finally {
            if (!done) {
                Files.deleteIfExists(target);
            }
        }
    }

    private DataSetManifest run(Source source, DataSetWriter writer, LongConsumer progress)
            throws IOException, BadDataSet {
        long count = 0;
        for (RawSample raw = source.next(); raw != null; raw = source.next()) {
            SampleRow row = row(raw, writer);
            if (source.content() == Content.PICTURES && raw.picture() != null) {
                writer.picture(row, bytes(row, raw.picture()), Sources.extension(raw.picture()));
            } else if (raw.tensors() != null) {
                writer.tensors(row, raw.tensors());
            }
            progress.accept(++count);
        }
        return writer.finish();
    }

    private static byte[] bytes(SampleRow row, Path picture) throws IOException, BadDataSet {
        long size = Files.size(picture);
        if (!Sources.isPicture(picture) || size > MAX_PICTURE_BYTES) {
            throw new BadDataSet(row.text() + " is '" + picture + "' of " + size
                    + " bytes; JPEG and PNG files of at most " + MAX_PICTURE_BYTES + " bytes are taken");
        }
        return Files.readAllBytes(picture);
    }

    private SampleRow row(RawSample raw, DataSetWriter writer) throws IOException, BadDataSet {
        RawSample.Label label = raw.label();
        Integer index = label == null ? null : index(label, writer);
        String split = raw.split();
        if (split != null && !order.splits().isEmpty()) {
            throw new BadDataSet("sample '" + raw.id() + "' is in the split '" + split
                    + "' already; leave --split out, or the source's splits");
        }
        String chosen = split == null ? splits.next(index) : SplitNames.require(split, "sample '" + raw.id() + "'");
        return new SampleRow(raw.id(), null, null, index, boxes(raw, writer), chosen, raw.line());
    }

    private int index(RawSample.Label label, DataSetWriter writer) throws BadDataSet {
        Integer number = label.number();
        return writer.classIndex(number == null ? null : number + order.numberOffset(), label.name());
    }

    private @Nullable List<SampleRow.BoxRow> boxes(RawSample raw, DataSetWriter writer) throws IOException, BadDataSet {
        List<RawSample.Box> given = raw.boxes();
        if (given == null) {
            return null;
        }
        double width = 1;
        double height = 1;
        if (raw.picture() != null && given.stream().anyMatch(RawSample.Box::pixels)) {
            int[] size = size(raw, raw.picture());
            width = size[0];
            height = size[1];
        }
        List<SampleRow.BoxRow> boxes = new ArrayList<>();
        for (RawSample.Box box : given) {
            SampleRow.BoxRow made = new SampleRow.BoxRow(
                    index(box.label(), writer),
                    box.left() / width,
                    box.top() / height,
                    box.right() / width,
                    box.bottom() / height);
            if (!made.liesInside()) {
                throw new BadDataSet(
                        "sample '" + raw.id() + "' (line " + raw.line() + ") has the box [" + box.left() + ", "
                                + box.top() + ", " + box.right() + ", " + box.bottom()
                                + "]; sides are shares of the picture from 0"
                                + " to 1, or pixels of it with \"unit\": \"pixels\", left below right and top below bottom");
            }
            boxes.add(made);
        }
        return boxes;
    }

    private static int[] size(RawSample raw, Path picture) throws IOException, BadDataSet {
        try {
            return PictureReader.size(Files.readAllBytes(picture));
        } catch (PictureException e) {
            throw new BadDataSet("sample '" + raw.id() + "' (line " + raw.line() + "): " + e.getMessage(), e);
        }
    }
}

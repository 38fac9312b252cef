package io.fleetfit.dataset;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetFile;
import io.fleetfit.dataset.file.DataSetManifest;
import io.fleetfit.dataset.file.DataSetManifest.ClassRow;
import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.dataset.file.DataSetManifest.TruthKind;
import io.fleetfit.dataset.file.DataSetWriter;
import io.fleetfit.dataset.file.SampleRow;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.protocol.picture.PictureException;
import io.fleetfit.protocol.picture.PictureReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks a data set's file as a whole and trusts nothing that it says: every picture is decoded within the bounds that
 * devices set, every array is read, every class, box and split is looked up, and all counts are made anew.
 */
public final class DataSetCheck {
    private final DataSetFile file;
    private final Runnable beat;
    private final long[] classSamples;
    private final Map<String, Long> splits = new TreeMap<>();
    private final Set<Long> contents = new HashSet<>();
    private long samples;
    private long labelled;
    private long boxed;

    private DataSetCheck(DataSetFile file, Runnable beat) {
        this.file = file;
        this.beat = beat;
        this.classSamples = new long[file.manifest().classes().size()];
    }

    /**
     * Checks a file.
     *
     * @param beat called for every sample, to show that it goes on
     * @throws ModelRefused naming the sample, where its source listed it, and the remedy
     */
    public static DataSetFacts check(Path path, Runnable beat) throws IOException, ModelRefused {
        try (DataSetFile file = DataSetFile.open(path)) {
            return new DataSetCheck(file, beat).run();
        } catch (BadDataSet e) {
            throw new ModelRefused(ModelRefused.Code.DATA_SET, String.valueOf(e.getMessage()), e);
        }
    }

    private DataSetFacts run() throws IOException, BadDataSet {
        requireClasses();
        try (DataSetFile.Rows rows = file.rows()) {
            for (SampleRow row = rows.next(); row != null; row = rows.next()) {
                beat.run();
                if (++samples > DataSetWriter.MAX_SAMPLES) {
                    throw new BadDataSet("there are more than " + DataSetWriter.MAX_SAMPLES + " samples");
                }
                content(row);
                truth(row);
                if (row.split() != null) {
                    splits.merge(SplitNames.require(row.split(), row.text()), 1L, Long::sum);
                }
            }
        }
        DataSetManifest counted = counted();
        if (!counted.equals(file.manifest())) {
            throw new BadDataSet("dataset.json says " + summary(file.manifest()) + ", the samples are "
                    + summary(counted) + "; import the set again with fleetfit dataset import");
        }
        return new DataSetFacts(counted, samples - contents.size());
    }

    private void requireClasses() throws BadDataSet {
        Map<Integer, ClassRow> numbers = new HashMap<>();
        Map<String, ClassRow> names = new HashMap<>();
        for (ClassRow row : file.manifest().classes()) {
            if ((row.number() == null && row.name() == null) || (row.number() != null && row.number() < 0)) {
                throw new BadDataSet("the class " + row.text() + " has neither a name nor a number of 0 or more");
            }
            ClassRow other = row.number() == null ? null : numbers.put(row.number(), row);
            ClassRow namesake = row.name() == null ? null : names.put(row.name(), row);
            if (other != null || (namesake != null && row.number() == null)) {
                throw new BadDataSet("the classes " + (other == null ? row : other).text() + " and " + row.text()
                        + " are the same; give each class one number and one name");
            }
        }
    }

    private void content(SampleRow row) throws IOException, BadDataSet {
        boolean pictures = file.manifest().content() == Content.PICTURES;
        if (pictures != (row.picture() != null)) {
            throw new BadDataSet(row.text() + " is no " + (pictures ? "picture" : "array") + ", as dataset.json says");
        }
        if (row.picture() != null) {
            byte[] bytes = file.bytes(row.picture());
            try {
                PictureReader.read(bytes);
            } catch (PictureException e) {
                throw new BadDataSet(row.text() + ": " + e.getMessage() + "; replace it or leave it out", e);
            }
            contents.add(shortDigest(Digest.of(bytes)));
        } else if (row.tensors() != null) {
            tensors(row, row.tensors());
        }
    }

    private void tensors(SampleRow row, Map<String, String> entries) throws IOException, BadDataSet {
        List<String> digests = new ArrayList<>();
        for (TensorSpec input : file.manifest().inputs()) {
            String entry = entries.get(input.name());
            if (entry == null || entries.size() != file.manifest().inputs().size()) {
                throw new BadDataSet(row.text() + " has the arrays " + entries.keySet() + ", the set has "
                        + file.manifest().inputs().stream()
                                .map(TensorSpec::name)
                                .toList());
            }
            byte[] bytes = file.bytes(entry);
            TensorInputs.Elements elements = TensorInputs.Elements.read(bytes, row.text());
            if (!elements.shape().equals(input.shape())) {
                throw new BadDataSet(row.text() + " has the shape " + elements.shape() + ", the others have "
                        + input.shape() + "; all samples of a set must have one shape");
            }
            digests.add(Digest.of(bytes).hex());
        }
        contents.add(
                shortDigest(Digest.of(String.join(",", digests).getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    }

    /** 64 bits tell millions of samples apart: two of 2,000,000 meet by chance once in ten million sets. */
    private static long shortDigest(Digest digest) {
        return ByteBuffer.wrap(digest.raw()).getLong();
    }

    private void truth(SampleRow row) throws BadDataSet {
        if (row.label() != null) {
            count(row, row.label());
        }
        if (row.boxes() != null) {
            boxed++;
            for (SampleRow.BoxRow box : row.boxes()) {
                count(row, box.label());
                if (!box.liesInside()) {
                    throw new BadDataSet(row.text() + " has the box " + box
                            + "; sides are shares of the picture, 0 to 1, left below right and top below bottom");
                }
            }
        }
        labelled += row.label() != null || row.boxes() != null ? 1 : 0;
        if (boxed > 0 && boxed < labelled) {
            throw new BadDataSet(row.text() + " mixes labels and boxes in one set; make two sets of them");
        }
    }

    private void count(SampleRow row, int label) throws BadDataSet {
        if (label < 0 || label >= classSamples.length) {
            throw new BadDataSet(row.text() + " has the class " + label + ", the set lists " + classSamples.length
                    + " classes; import it again");
        }
        classSamples[label]++;
    }

    private DataSetManifest counted() {
        DataSetManifest said = file.manifest();
        List<ClassRow> classes = new ArrayList<>();
        for (int i = 0; i < classSamples.length; i++) {
            ClassRow row = said.classes().get(i);
            classes.add(new ClassRow(row.number(), row.name(), classSamples[i]));
        }
        return new DataSetManifest(
                said.format(),
                said.version(),
                said.content(),
                labelled == 0 ? TruthKind.NONE : boxed > 0 ? TruthKind.BOXES : TruthKind.CLASSES,
                samples,
                labelled,
                said.inputs(),
                classes,
                splits);
    }

    private static String summary(DataSetManifest manifest) {
        return manifest.samples() + " samples, " + manifest.labelled() + " labelled as " + manifest.truth()
                + ", splits " + manifest.splits() + ", classes "
                + Arrays.toString(manifest.classes().stream()
                        .mapToLong(ClassRow::samples)
                        .limit(20)
                        .toArray());
    }
}

package io.fleetfit.dataset.file;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.fleetfit.dataset.file.DataSetManifest.ClassRow;
import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.dataset.file.DataSetManifest.TruthKind;
import io.fleetfit.protocol.TensorSpec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a data set's file, sample by sample. The list of samples waits in a file beside the target until the end. */
public final class DataSetWriter implements AutoCloseable {
    /** Most samples of a set. */
    public static final int MAX_SAMPLES = 2_000_000;

    /** Most classes of a set. */
    public static final int MAX_CLASSES = 20_000;

    /** Any fixed time; of 1980 alone {@link ZipEntry} would depend on the time zone. */
    private static final LocalDateTime TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

    private static final ObjectMapper JSON =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);

    private final Content content;
    private final List<TensorSpec> inputs;
    private final ZipOutputStream zip;
    private final Path list;
    private final OutputStream rows;
    private final Map<ClassKey, Integer> classes = new LinkedHashMap<>();
    private final List<Long> classSamples = new ArrayList<>();
    private final Map<String, Long> splits = new TreeMap<>();
    private long samples;
    private long labelled;
    private long boxed;

    private record ClassKey(
            @Nullable Integer number, @Nullable String name) {}

    /** Begins a set; {@code inputs} are the tensors of a sample, empty for pictures. */
    public DataSetWriter(Path target, Content content, List<TensorSpec> inputs) throws IOException {
        this.content = content;
        this.inputs = List.copyOf(inputs);
        this.list = target.resolveSibling(target.getFileName() + ".samples");
        this.rows = new BufferedOutputStream(Files.newOutputStream(list));
        this.zip = new ZipOutputStream(
                new BufferedOutputStream(Files.newOutputStream(target), 1 << 16), StandardCharsets.UTF_8);
        zip.setMethod(ZipOutputStream.STORED);
    }

    /** Index of a class in the manifest; a class that is new is added. */
    public int classIndex(@Nullable Integer number, @Nullable String name) throws BadDataSet {
        Integer known = classes.get(new ClassKey(number, name));
        if (known != null) {
            return known;
        }
        if (classes.size() == MAX_CLASSES) {
            throw new BadDataSet("there are more than " + MAX_CLASSES
                    + " classes; is the column of the class the right one? name the columns in a header");
        }
        classes.put(new ClassKey(number, name), classes.size());
        classSamples.add(0L);
        return classes.size() - 1;
    }

    /** Adds a picture; {@code row.picture()} is set here. */
    public void picture(SampleRow row, byte[] file, String extension) throws IOException, BadDataSet {
        String entry = String.format(Locale.ROOT, "samples/%08d.%s", samples, extension);
        store(entry, file);
        add(new SampleRow(row.id(), entry, null, row.label(), row.boxes(), row.split(), row.line()));
    }

    /** Adds tensors, a NumPy file for each input; {@code row.tensors()} is set here. */
    public void tensors(SampleRow row, Map<String, byte[]> files) throws IOException, BadDataSet {
        Map<String, String> entries = new TreeMap<>();
        int input = 0;
        for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
            String entry = String.format(Locale.ROOT, "samples/%08d.%d.npy", samples, input++);
            store(entry, file.getValue());
            entries.put(file.getKey(), entry);
        }
        add(new SampleRow(row.id(), null, entries, row.label(), row.boxes(), row.split(), row.line()));
    }

    private void add(SampleRow row) throws IOException, BadDataSet {
        if (++samples > MAX_SAMPLES) {
            throw new BadDataSet("there are more than " + MAX_SAMPLES + " samples; import a part of them");
        }
        Integer label = row.label();
        List<SampleRow.BoxRow> boxes = row.boxes();
        if (label != null) {
            count(label);
        }
        if (boxes != null) {
            boxed++;
            boxes.forEach(box -> count(box.label()));
        }
        labelled += label != null || boxes != null ? 1 : 0;
        if (boxed > 0 && boxed < labelled) {
            throw new BadDataSet(row.text() + " mixes labels and boxes in one set; make two sets of them");
        }
        if (row.split() != null) {
            splits.merge(row.split(), 1L, Long::sum);
        }
        rows.write(JSON.writeValueAsBytes(row));
        rows.write('\n');
    }

    private void count(int label) {
        classSamples.set(label, classSamples.get(label) + 1);
    }

    private void store(String name, byte[] bytes) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = entry(name, bytes.length, crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private static ZipEntry entry(String name, long size, long crc) {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setTimeLocal(TIME);
        entry.setSize(size);
        entry.setCompressedSize(size);
        entry.setCrc(crc);
        return entry;
    }

    /** Ends the set; what it holds. */
    public DataSetManifest finish() throws IOException, BadDataSet {
        if (samples == 0) {
            throw new BadDataSet("there is no sample; name a folder of pictures, a labels file or an array");
        }
        rows.close();
        CRC32 crc = new CRC32();
        try (var in = Files.newInputStream(list)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
            }
        }
        zip.putNextEntry(entry(DataSetFile.ROWS, Files.size(list), crc.getValue()));
        Files.copy(list, zip);
        zip.closeEntry();
        DataSetManifest manifest = manifest();
        store(DataSetFile.MANIFEST, JSON.writeValueAsBytes(manifest));
        zip.finish();
        return manifest;
    }

    private DataSetManifest manifest() {
        List<ClassRow> rowsOfClasses = new ArrayList<>();
        classes.forEach(
                (key, index) -> rowsOfClasses.add(new ClassRow(key.number(), key.name(), classSamples.get(index))));
        return new DataSetManifest(
                DataSetManifest.FORMAT,
                DataSetManifest.VERSION,
                content,
                labelled == 0 ? TruthKind.NONE : boxed > 0 ? TruthKind.BOXES : TruthKind.CLASSES,
                samples,
                labelled,
                inputs,
                rowsOfClasses,
                splits);
    }

    @Override
    public void close() throws IOException {
        rows.close();
        Files.deleteIfExists(list);
        zip.close();
    }
}

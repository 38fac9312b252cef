package io.fleetfit.dataset.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Reads a data set's file: the list from front to end, samples in any order. Nothing but the archive's directory is held. */
public final class DataSetFile implements AutoCloseable {
    /** Largest entry of a sample. */
    public static final int MAX_ENTRY_BYTES = 1 << 30;

    static final String ROWS = "samples.jsonl";
    static final String MANIFEST = "dataset.json";

    private static final int MAX_MANIFEST_BYTES = 16 << 20;
    private static final int MAX_LINE = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ZipFile zip;
    private final DataSetManifest manifest;

    private DataSetFile(ZipFile zip, DataSetManifest manifest) {
        this.zip = zip;
        this.manifest = manifest;
    }

    /**
     * Opens a file.
     *
     * @throws BadDataSet if it is no data set, or of a version that is not known
     */
    public static DataSetFile open(Path file) throws IOException, BadDataSet {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
        } catch (ZipException e) {
            throw new BadDataSet(
                    "the file is no data set (" + e.getMessage() + "); make one with fleetfit dataset import", e);
        }
        try {
            DataSetManifest manifest = JSON.readValue(bytes(zip, MANIFEST, MAX_MANIFEST_BYTES), DataSetManifest.class);
            if (manifest == null
                    || !DataSetManifest.FORMAT.equals(manifest.format())
                    || manifest.version() != DataSetManifest.VERSION) {
                throw new BadDataSet(MANIFEST + " is not of format " + DataSetManifest.FORMAT + " version "
                        + DataSetManifest.VERSION + "; use the fleetfit command of the controller's version");
            }
            return new DataSetFile(zip, manifest);
        } catch (JsonProcessingException e) {
            zip.close();
            throw new BadDataSet(MANIFEST + " is not understood: " + e.getOriginalMessage() + "; import it again", e);
        } catch (IOException | BadDataSet | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    /** What the set says of itself. */
    public DataSetManifest manifest() {
        return manifest;
    }

    /** The bytes of a sample's entry. */
    public byte[] bytes(String entry) throws IOException, BadDataSet {
        return bytes(zip, entry, MAX_ENTRY_BYTES);
    }

    private static byte[] bytes(ZipFile zip, String name, int most) throws IOException, BadDataSet {
        ZipEntry entry = stored(zip, name);
        if (entry.getSize() > most) {
            throw new BadDataSet("the entry '" + name + "' has " + entry.getSize() + " bytes; at most " + most);
        }
        try (var in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) entry.getSize());
            if (bytes.length < entry.getSize()) {
                throw new BadDataSet("the entry '" + name + "' is cut off; import the set again");
            }
            return bytes;
        }
    }

    private static ZipEntry stored(ZipFile zip, String name) throws BadDataSet {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new BadDataSet("there is no entry '" + name + "'; make the file with fleetfit dataset import");
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new BadDataSet("the entry '" + name + "' is compressed; make the file with fleetfit dataset import");
        }
        return entry;
    }

    /** The samples from front to end; close it. */
    public Rows rows() throws IOException, BadDataSet {
        return new Rows(new BufferedReader(
                new InputStreamReader(zip.getInputStream(stored(zip, ROWS)), StandardCharsets.UTF_8)));
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    /** A pass over the list of samples. */
    public static final class Rows implements AutoCloseable {
        private final BufferedReader lines;
        private long number;

        private Rows(BufferedReader lines) {
            this.lines = lines;
        }

        /** The next sample; null after the last. */
        public @Nullable SampleRow next() throws IOException, BadDataSet {
            String line = lines.readLine();
            if (line == null) {
                return null;
            }
            number++;
            if (line.length() > MAX_LINE) {
                throw new BadDataSet(ROWS + " line " + number + " has more than " + MAX_LINE + " characters");
            }
            try {
                SampleRow row = JSON.readValue(line, SampleRow.class);
                if (row == null || row.id() == null || (row.picture() == null) == (row.tensors() == null)) {
                    throw new BadDataSet(
                            ROWS + " line " + number
                                    + " needs an id and either a picture or tensors; make the file with fleetfit dataset import");
                }
                return row;
            } catch (JsonProcessingException e) {
                throw new BadDataSet(ROWS + " line " + number + " is not understood: " + e.getOriginalMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}

package io.fleetfit.dataset.pack;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.dataset.file.NpyFile;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * NumPy arrays whose first dimension counts samples: one {@code .npy}, or a {@code .npz} with an array for each input of the
 * model. Labels are an array of whole numbers, named {@code labels} within a {@code .npz}, or lines of a text file.
 */
final class ArraySource implements Source {
    private static final String LABELS = "labels";
    private static final String INPUT = "input";

    private final Map<String, NpyFile> arrays;
    private final List<Path> unpacked;
    private final @Nullable ArrayLabels labels;
    private final long samples;
    private long next;

    private ArraySource(Map<String, NpyFile> arrays, List<Path> unpacked, @Nullable ArrayLabels labels, long samples) {
        this.arrays = arrays;
        this.unpacked = unpacked;
        this.labels = labels;
        this.samples = samples;
    }

    static ArraySource open(Path path, @Nullable Path labelFile, Path scratch) throws IOException, BadDataSet {
        Map<String, NpyFile> arrays = new TreeMap<>();
        List<Path> unpacked = new ArrayList<>();
        try {
            if (Sources.extension(path).equals("npz")) {
                unpack(path, scratch, arrays, unpacked);
            } else {
                arrays.put(INPUT, NpyFile.open(path, String.valueOf(path.getFileName())));
            }
            NpyFile within = arrays.remove(LABELS);
            if (within != null && labelFile != null) {
                throw new BadDataSet("'" + path + "' has an array '" + LABELS + "' already; leave --labels out");
            }
            long samples = samples(path, arrays);
            ArrayLabels labels = within == null ? ArrayLabels.open(labelFile) : new ArrayLabels.OfArray(within, LABELS);
            if (labels != null && labels.count() >= 0 && labels.count() != samples) {
                throw new BadDataSet("there are " + labels.count() + " labels for " + samples + " samples");
            }
            return new ArraySource(arrays, unpacked, labels, samples);
        } catch (IOException | BadDataSet | RuntimeException e) {
            close(arrays.values(), unpacked);
            throw e;
        }
    }

    private static void unpack(Path path, Path scratch, Map<String, NpyFile> arrays, List<Path> unpacked)
            throws IOException, BadDataSet {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName().replaceAll("\\.npy$", "");
                Path file = Files.createTempFile(scratch, "array", ".npy");
                unpacked.add(file);
                try (var in = zip.getInputStream(entry)) {
                    Files.copy(in, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                }
                arrays.put(name, NpyFile.open(file, path.getFileName() + " array '" + name + "'"));
            }
        } catch (ZipException e) {
            throw new BadDataSet(
                    "'" + path + "' is no .npz file (" + e.getMessage() + "); write it with numpy.savez", e);
        }
    }

    private static long samples(Path path, Map<String, NpyFile> arrays) throws BadDataSet {
        if (arrays.isEmpty()) {
            throw new BadDataSet("'" + path + "' has no array for an input; name each array as the model's input");
        }
        long samples = arrays.values().iterator().next().samples();
        for (Map.Entry<String, NpyFile> array : arrays.entrySet()) {
            if (array.getValue().samples() != samples) {
                throw new BadDataSet("the arrays of '" + path + "' have "
                        + arrays.values().stream().map(NpyFile::samples).toList() + " samples; all must have as many");
            }
        }
        return samples;
    }

    @Override
    public @Nullable RawSample next() throws IOException, BadDataSet {
        if (next == samples) {
            return null;
        }
        Map<String, byte[]> tensors = new TreeMap<>();
        for (Map.Entry<String, NpyFile> array : arrays.entrySet()) {
            tensors.put(array.getKey(), array.getValue().sampleFile(next));
        }
        RawSample.Label label = labels == null ? null : labels.label(next);
        return new RawSample(Long.toString(next++), null, null, tensors, label, null, null);
    }

    @Override
    public Content content() {
        return Content.TENSORS;
    }

    @Override
    public List<TensorSpec> inputs() {
        return arrays.entrySet().stream()
                .map(array -> array.getValue().spec(array.getKey()))
                .toList();
    }

    @Override
    public long expected() {
        return samples;
    }

    @Override
    public long skipped() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        if (labels != null) {
            labels.close();
        }
        close(arrays.values(), unpacked);
    }

    private static void close(Iterable<NpyFile> arrays, List<Path> unpacked) throws IOException {
        for (NpyFile array : arrays) {
            array.close();
        }
        for (Path file : unpacked) {
            Files.deleteIfExists(file);
        }
    }
}

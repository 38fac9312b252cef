package io.fleetfit.dataset.pack;

import io.fleetfit.dataset.file.BadDataSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds out what a path holds. */
final class Sources {
    private static final List<String> LISTS = List.of("labels.tsv", "labels.csv", "labels.jsonl");

    private Sources() {}

    /**
     * Opens a source.
     *
     * @param labels file of the labels; absent to look for one
     * @param scratch folder for files in between
     */
    static Source open(Path path, @Nullable Path labels, Path scratch) throws IOException, BadDataSet {
        if (labels != null && !Files.isRegularFile(labels)) {
            throw new BadDataSet("there is no file '" + labels + "' of labels");
        }
        if (Files.isDirectory(path)) {
            return folder(path, labels == null ? known(path) : labels);
        }
        if (!Files.isRegularFile(path)) {
            throw new BadDataSet("there is no file or folder '" + path + "'");
        }
        String extension = extension(path);
        Path parent = path.toAbsolutePath().getParent();
        return switch (extension) {
            case "npy", "npz" -> ArraySource.open(path, labels, scratch);
            case "jsonl", "ndjson", "tsv", "csv", "txt" -> {
                if (labels != null || parent == null) {
                    throw new BadDataSet("'" + path + "' is a list of samples itself; leave --labels out");
                }
                yield list(parent, path);
            }
            default ->
                throw new BadDataSet("'" + path
                        + "' is nothing that a data set is made of; name a folder of pictures, a .npy or .npz array, or a"
                        + " .jsonl, .tsv or .csv list");
        };
    }

    private static @Nullable Path known(Path folder) {
        return LISTS.stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(null);
    }

    private static Source folder(Path folder, @Nullable Path labels) throws IOException, BadDataSet {
        return labels == null ? FolderSource.open(folder) : list(folder, labels);
    }

    private static Source list(Path folder, Path list) throws IOException, BadDataSet {
        return List.of("jsonl", "ndjson").contains(extension(list))
                ? JsonSource.open(folder, list)
                : TableSource.open(folder, list);
    }

    static String extension(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** Whether a file's name is that of a picture that can be read. */
    static boolean isPicture(Path file) {
        return List.of("jpg", "jpeg", "png").contains(extension(file));
    }
}

package io.fleetfit.dataset.pack;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Pictures in folders: {@code CLASS/…} as ImageFolder loaders take them, {@code SPLIT/CLASS/…}, or a folder of pictures without
 * labels. Folders and files are read in the order of their names.
 */
final class FolderSource implements Source {
    private final Path root;
    private final Iterator<Leaf> leaves;
    private Leaf leaf = new Leaf(Path.of(""), null, null);
    private Iterator<Path> files = List.<Path>of().iterator();
    private long skipped;

    /** A folder whose pictures have one class. */
    private record Leaf(
            Path folder, @Nullable String split, @Nullable String name) {}

    private FolderSource(Path root, List<Leaf> leaves) {
        this.root = root;
        this.leaves = leaves.iterator();
    }

    static FolderSource open(Path root) throws IOException, BadDataSet {
        List<Path> folders = folders(root);
        boolean loose;
        try (Stream<Path> files = Files.list(root)) {
            loose = files.anyMatch(Sources::isPicture);
        }
        if (loose && !folders.isEmpty()) {
            throw new BadDataSet(
                    "'" + root + "' holds pictures and folders of pictures; move the pictures into the folder of"
                            + " their class, or list all with --labels");
        }
        if (folders.isEmpty()) {
            return new FolderSource(root, List.of(new Leaf(root, null, null)));
        }
        List<Leaf> leaves = new ArrayList<>();
        for (Path folder : folders) {
            List<Path> inner = folders(folder);
            for (Path each : inner) {
                leaves.add(new Leaf(each, name(folder), name(each)));
            }
            if (inner.isEmpty()) {
                leaves.add(new Leaf(folder, null, name(folder)));
            }
        }
        if (leaves.stream().anyMatch(each -> each.split() == null)
                && leaves.stream().anyMatch(each -> each.split() != null)) {
            throw new BadDataSet("some folders in '" + root + "' hold pictures and some hold folders; use either"
                    + " CLASS/PICTURE or SPLIT/CLASS/PICTURE throughout");
        }
        return new FolderSource(root, leaves);
    }

    private static List<Path> folders(Path root) throws IOException {
        try (Stream<Path> all = Files.list(root)) {
            return all.filter(Files::isDirectory)
                    .filter(path -> !name(path).startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    @Override
    public @Nullable RawSample next() throws IOException, BadDataSet {
        while (true) {
            while (files.hasNext()) {
                Path file = files.next();
                if (Sources.isPicture(file)) {
                    String id = root.relativize(file).toString().replace('\\', '/');
                    RawSample.Label label = leaf.name() == null ? null : new RawSample.Label(null, leaf.name());
                    return new RawSample(id, null, file, null, label, null, leaf.split());
                }
                skipped += name(file).startsWith(".") ? 0 : 1;
            }
            if (!leaves.hasNext()) {
                return null;
            }
            leaf = leaves.next();
            try (Stream<Path> all = Files.list(leaf.folder())) {
                files = all.filter(Files::isRegularFile).sorted().toList().iterator();
            }
        }
    }

    @Override
    public Content content() {
        return Content.PICTURES;
    }

    @Override
    public List<TensorSpec> inputs() {
        return List.of();
    }

    @Override
    public long expected() {
        return 0;
    }

    @Override
    public long skipped() {
        return skipped;
    }

    @Override
    public void close() {}
}

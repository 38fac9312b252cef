package io.fleetfit.dataset.pack;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Pictures listed in a tab- or comma-separated file: file, class, name of the class, split. A first line that names columns
 * decides; without one the columns stand in this order, and a column of well-known split names is the split.
 */
final class TableSource implements Source {
    private final Path folder;
    private final Table table;
    private final Columns columns;
    private final boolean numbers;
    private final long expected;
    private final Map<String, Integer> seen = new HashMap<>();
    private final Map<Integer, String> names = new HashMap<>();

    private TableSource(Path folder, Table table, Columns columns, boolean numbers, long expected) {
        this.folder = folder;
        this.table = table;
        this.columns = columns;
        this.numbers = numbers;
        this.expected = expected;
    }

    /** Looks through the whole list once to understand it. */
    static TableSource open(Path folder, Path list) throws IOException, BadDataSet {
        Columns columns;
        boolean header;
        boolean numbers = true;
        long lines = 0;
        try (Table table = new Table(list)) {
            List<String> cells = table.next();
            if (cells == null) {
                throw new BadDataSet(list.getFileName() + " is empty; list a file and its class on each line");
            }
            header = Columns.isHeader(cells) && !Files.exists(folder.resolve(cells.get(0)));
            columns = header ? Columns.ofHeader(cells) : guess(list);
            for (cells = header ? table.next() : cells; cells != null; cells = table.next()) {
                String label = cell(cells, columns.label());
                numbers &= label == null || label.matches("\\d{1,9}");
                lines++;
            }
        }
        Table table = new Table(list);
        if (header) {
            Objects.requireNonNull(table.next());
        }
        return new TableSource(folder, table, columns, numbers, lines);
    }

    private static Columns guess(Path list) throws IOException, BadDataSet {
        Columns.Guess guess = new Columns.Guess(String.valueOf(list.getFileName()));
        try (Table table = new Table(list)) {
            for (List<String> cells = table.next(); cells != null; cells = table.next()) {
                guess.see(cells);
            }
        }
        return guess.columns();
    }

    private static @Nullable String cell(List<String> cells, int column) {
        return column < 0 || column >= cells.size() || cells.get(column).isEmpty() ? null : cells.get(column);
    }

    @Override
    public @Nullable RawSample next() throws IOException, BadDataSet {
        List<String> cells = table.next();
        if (cells == null) {
            return null;
        }
        String file = cell(cells, columns.file());
        if (file == null) {
            throw new BadDataSet(table.at() + " names no file");
        }
        Integer before = seen.put(file, table.line());
        if (before != null) {
            throw new BadDataSet(table.at() + " names '" + file + "' again after line " + before + "; remove one");
        }
        Path picture = folder.resolve(file);
        if (!Files.isRegularFile(picture)) {
            throw new BadDataSet(table.at() + ": there is no file '" + picture + "'"
                    + (table.line() == 1 ? "; if this line names the columns, call them file, class, name, split" : "")
                    + "; correct the name or remove the line");
        }
        return new RawSample(file, table.line(), picture, null, label(cells), null, cell(cells, columns.split()));
    }

    private RawSample.@Nullable Label label(List<String> cells) throws BadDataSet {
        String label = cell(cells, columns.label());
        if (label == null) {
            return null;
        }
        if (!numbers) {
            return new RawSample.Label(null, label);
        }
        int number = Integer.parseInt(label);
        String name = cell(cells, columns.name());
        if (name == null) {
            return new RawSample.Label(number, names.get(number));
        }
        String known = names.putIfAbsent(number, name);
        if (known != null && !known.equals(name)) {
            throw new BadDataSet(table.at() + " calls the class " + number + " '" + name + "', a line before calls it '"
                    + known + "'; give each number one name");
        }
        return new RawSample.Label(number, name);
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
        return expected;
    }

    @Override
    public long skipped() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}

package io.fleetfit.dataset.pack;

import io.fleetfit.dataset.file.BadDataSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which column of a labels file is what; −1 where there is none.
 *
 * @param file path of the sample
 * @param label class, a number or a name
 * @param name name of the class beside its number
 * @param split part of the set
 */
record Columns(int file, int label, int name, int split) {
    private static final Set<String> FILE = Set.of(
            "file", "filename", "file_name", "path", "filepath", "file_path", "image", "image_path", "picture", "img");
    private static final Set<String> LABEL =
            Set.of("class", "label", "class_id", "label_id", "class_index", "classid", "target", "category", "id");
    private static final Set<String> NAME = Set.of("name", "class_name", "label_name", "classname", "description");
    private static final Set<String> SPLIT = Set.of("split", "subset", "set", "fold", "partition", "part");
    private static final Set<String> SPLITS = Set.of(
            "train",
            "training",
            "val",
            "valid",
            "validation",
            "test",
            "testing",
            "calibration",
            "calib",
            "dev",
            "eval");

    /** Whether a first line names columns: it has a word for the file and one for the class or the split. */
    static boolean isHeader(List<String> cells) {
        return find(cells, FILE) >= 0 && (find(cells, LABEL) >= 0 || find(cells, NAME) >= 0 || find(cells, SPLIT) >= 0);
    }

    /** The columns that a header names. */
    static Columns ofHeader(List<String> cells) {
        int label = find(cells, LABEL);
        int name = find(cells, NAME);
        return new Columns(find(cells, FILE), label < 0 ? name : label, label < 0 ? -1 : name, find(cells, SPLIT));
    }

    private static int find(List<String> cells, Set<String> words) {
        for (int i = 0; i < cells.size(); i++) {
            if (words.contains(cells.get(i).strip().toLowerCase(Locale.ROOT))) {
                return i;
            }
        }
        return -1;
    }

    /** Looks at lines without a header: file, class, and then name and split in either order. */
    static final class Guess {
        private final List<Boolean> splits = new ArrayList<>();
        private final String list;

        Guess(String list) {
            this.list = list;
        }

        void see(List<String> cells) {
            while (splits.size() < cells.size()) {
                splits.add(true);
            }
            for (int i = 0; i < cells.size(); i++) {
                String cell = cells.get(i).strip().toLowerCase(Locale.ROOT);
                splits.set(i, splits.get(i) && (cell.isEmpty() || SPLITS.contains(cell)));
            }
        }

        Columns columns() throws BadDataSet {
            if (splits.size() > 4) {
                throw new BadDataSet(list + " has " + splits.size()
                        + " columns; name them in a first line: file, class, name, split");
            }
            int split = -1;
            for (int i = 2; i < splits.size(); i++) {
                split = splits.get(i) ? i : split;
            }
            int name = -1;
            for (int i = 2; i < splits.size(); i++) {
                name = i != split && name < 0 ? i : name;
            }
            if (splits.size() == 4 && split < 0) {
                split = 3;
            }
            return new Columns(0, splits.size() > 1 ? 1 : -1, name, split);
        }
    }
}

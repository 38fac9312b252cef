package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A table of JSON objects. Cells of the widest columns are cut until the table fits its width. */
final class Table {
    private static final int GAP = 2;
    private static final int LEAST = 6;

    /** The first column names the row, so others are cut before it is cut below this. */
    private static final int NAME = 28;

    private final List<Column> columns = new ArrayList<>();

    private record Column(String title, Function<JsonNode, String> value, boolean right, boolean wideOnly) {}

    /** A column of text. */
    Table column(String title, Function<JsonNode, String> value) {
        columns.add(new Column(title, value, false, false));
        return this;
    }

    /** A column of numbers, aligned to the right. */
    Table number(String title, Function<JsonNode, String> value) {
        columns.add(new Column(title, value, true, false));
        return this;
    }

    /** A column that only the wide form has. */
    Table wide(String title, Function<JsonNode, String> value) {
        columns.add(new Column(title, value, false, true));
        return this;
    }

    /** Prints the rows; {@code width} is no bound in the wide form. */
    void print(Iterable<JsonNode> rows, boolean wide, int width, PrintWriter out) {
        List<Column> shown =
                columns.stream().filter(it -> wide || !it.wideOnly()).toList();
        List<String[]> lines = new ArrayList<>();
        lines.add(shown.stream().map(Column::title).toArray(String[]::new));
        for (JsonNode row : rows) {
            lines.add(shown.stream().map(it -> it.value().apply(row)).toArray(String[]::new));
        }
        int[] widths = widths(lines, shown.size());
        if (!wide) {
            shrink(widths, width);
        }
        for (String[] line : lines) {
            out.println(render(line, widths, shown));
        }
    }

    private static int[] widths(List<String[]> lines, int columns) {
        int[] widths = new int[columns];
        for (String[] line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line[i].length());
            }
        }
        return widths;
    }

    /** Takes a character from the widest column until all fit. */
    private static void shrink(int[] widths, int width) {
        int total = GAP * (widths.length - 1);
        for (int each : widths) {
            total += each;
        }
        while (total > width) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                boolean spared = widest == 0 && widths[0] <= NAME && widths[i] > LEAST;
                widest = spared || widths[i] > widths[widest] ? i : widest;
            }
            if (widths[widest] <= LEAST) {
                return;
            }
            widths[widest]--;
            total--;
        }
    }

    private static String render(String[] cells, int[] widths, List<Column> columns) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String cell = cells[i].length() > widths[i] ? cells[i].substring(0, widths[i] - 1) + "…" : cells[i];
            String space = " ".repeat(widths[i] - cell.length());
            line.append(columns.get(i).right() ? space + cell : cell + space);
            line.append(i < cells.length - 1 ? " ".repeat(GAP) : "");
        }
        return line.toString().stripTrailing();
    }
}

package io.fleetfit.dataset.pack;

import io.fleetfit.dataset.file.BadDataSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines of a tab- or comma-separated file (RFC 4180, one record a line). Empty lines and lines after a # are left out. */
final class Table implements AutoCloseable {
    private final BufferedReader in;
    private final String name;
    private char separator;
    private int line;

    Table(Path file) throws IOException {
        in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        name = String.valueOf(file.getFileName());
    }

    /** Number of the last line read, from 1. */
    int line() {
        return line;
    }

    /** The last line read, for messages. */
    String at() {
        return name + " line " + line;
    }

    /** Cells of the next line; null after the last. */
    @Nullable
    List<String> next() throws IOException, BadDataSet {
        try {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                line++;
                String content = line == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
                if (!content.isBlank() && !content.startsWith("#")) {
                    if (separator == 0) {
                        separator = separator(content);
                    }
                    return cells(content);
                }
            }
            return null;
        } catch (CharacterCodingException e) {
            throw new BadDataSet(name + " line " + (line + 1) + " is not UTF-8; save the file as UTF-8", e);
        }
    }

    private static char separator(String text) {
        if (text.indexOf('\t') >= 0) {
            return '\t';
        }
        return text.indexOf(',') < 0 && text.indexOf(';') >= 0 ? ';' : ',';
    }

    private List<String> cells(String text) throws BadDataSet {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"' && (quoted || cell.isEmpty())) {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        if (quoted) {
            throw new BadDataSet(at() + " has a quote that does not end; double quotes within a cell");
        }
        cells.add(cell.toString().strip());
        return cells;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

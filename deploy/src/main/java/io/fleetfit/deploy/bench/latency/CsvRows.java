package io.fleetfit.deploy.bench.latency;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rows of a file of comma-separated values (RFC 4180) with a header, by column; each knows its line. */
record CsvRows(Path file, List<Row> rows) {

    /** Reads a file that has at least these columns. */
    static CsvRows read(Path file, List<String> needed) throws BadTable {
        CsvMapper mapper = CsvMapper.builder()
                .enable(CsvParser.Feature.TRIM_SPACES, CsvParser.Feature.SKIP_EMPTY_LINES)
                .build();
        CsvSchema header = CsvSchema.emptySchema().withHeader();
        List<Row> rows = new ArrayList<>();
        if (!Files.isReadable(file)) {
            throw new BadTable(file + ": there is no such file, or it cannot be read; give the path of a CSV file");
        }
        if (file.toFile().length() == 0) {
            throw noRows(file);
        }
        try (var reader = Files.newBufferedReader(file);
                MappingIterator<Map<String, String>> values =
                        mapper.readerForMapOf(String.class).with(header).readValues(reader)) {
            while (values.hasNextValue()) {
                int line = values.getCurrentLocation().getLineNr();
                rows.add(new Row(file, line, values.nextValue()));
            }
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw new BadTable(file + ", line " + line + ": not a row of comma-separated values ("
                    + e.getOriginalMessage() + "); quote values that hold commas");
        } catch (IOException | UncheckedIOException e) {
            throw new BadTable(file + ": cannot be read as UTF-8 text (" + e + ")");
        }
        if (rows.isEmpty()) {
            throw noRows(file);
        }
        for (String column : needed) {
            if (!rows.get(0).values().containsKey(column)) {
                throw new BadTable(file + ", line 1: the column '" + column + "' is missing; it has "
                        + rows.get(0).values().keySet());
            }
        }
        return new CsvRows(file, rows);
    }

    private static BadTable noRows(Path file) {
        return new BadTable(file + ": holds no rows below its header; the first line names the columns");
    }

    /** One row. */
    record Row(Path file, int line, Map<String, String> values) {

        /** The text of a column; empty if there is none. */
        String text(String column) {
            String value = values.get(column);
            return value == null ? "" : value.strip();
        }

        /** The text of a column that must not be empty. */
        String name(String column) throws BadTable {
            String value = text(column);
            if (value.isEmpty()) {
                throw bad(column, value, "give a name");
            }
            return value;
        }

        /** A number within bounds; {@code absent} where the column is missing or empty. */
        double number(String column, double absent, double least) throws BadTable {
            String value = text(column);
            if (value.isEmpty()) {
                return absent;
            }
            double number;
            try {
                number = Double.parseDouble(value);
            } catch (NumberFormatException e) {
                throw bad(column, value, "give a number such as 12.5");
            }
            if (!(number >= least) || Double.isInfinite(number)) {
                throw bad(column, value, String.format(Locale.ROOT, "give a number of %s or more", least));
            }
            return number;
        }

        BadTable bad(String column, String value, String remedy) {
            return new BadTable(
                    file + ", line " + line + ", column '" + column + "': '" + value + "' is not usable; " + remedy);
        }
    }
}

package io.fleetfit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** How answers are printed. */
final class OutputOptions {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build();

    /** Forms of output. */
    enum Format {
        table,
        wide,
        json,
        yaml,
        html
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table (80 columns), wide, json or yaml (the controller's answer);"
                    + " html where a command has a page")
    private Format format;

    /** Whether people read the output. */
    boolean forPeople() {
        return format == Format.table || format == Format.wide;
    }

    boolean isPage() {
        return format == Format.html;
    }

    boolean isWide() {
        return format == Format.wide;
    }

    /** The rows as a table, or the whole answer as JSON or YAML. */
    void print(JsonNode answer, Iterable<JsonNode> rows, Table table, PrintWriter out) {
        if (forPeople()) {
            table.print(rows, isWide(), Surroundings.COLUMNS, out);
        } else {
            print(answer, out);
        }
        out.flush();
    }

    /** The answer as JSON or YAML. */
    void print(JsonNode answer, PrintWriter out) {
        if (format == Format.yaml) {
            printYaml(answer, out);
            return;
        }
        try {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        out.flush();
    }

    /** The answer as YAML. */
    void printYaml(JsonNode answer, PrintWriter out) {
        try {
            out.println(YAML.writeValueAsString(answer).stripTrailing());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        out.flush();
    }
}

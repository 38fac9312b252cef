package io.fleetfit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files of a family with their names and tags: from a manifest (CSV with a head line, or a YAML list), or from names such as
 * {@code net_w0.5_d1_r160.onnx}, whose parts say width, depth and resolution.
 */
final class Family {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern PART =
            Pattern.compile("(?<![a-z0-9])(width|w|depth|d|resolution|res|r)[=-]?(\\d+(?:\\.\\d+)?)(?![a-z0-9])");

    private Family() {}

    /**
     * A member.
     *
     * @param file ONNX file
     * @param name of the variant
     * @param tags free key-value pairs
     */
    record Member(Path file, String name, Map<String, String> tags) {}

    /** Members by the names of their files. */
    static List<Member> ofFiles(List<Path> files) {
        return files.stream().map(file -> member(file, null, Map.of())).toList();
    }

    private static Member member(Path file, @Nullable String name, Map<String, String> tags) {
        String bare =
                String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).replaceAll("\\.onnx$", "");
        Map<String, String> all = new TreeMap<>();
        Matcher part = PART.matcher(bare);
        while (part.find()) {
            String key =
                    switch (part.group(1).charAt(0)) {
                        case 'w' -> "width";
                        case 'd' -> "depth";
                        default -> "resolution";
                    };
            all.put(key, part.group(2));
        }
        all.putAll(tags);
        String made = bare.replaceAll("[^a-z0-9._-]+", "-").replaceAll("^[^a-z0-9]+", "");
        return new Member(file, name == null ? made : name, all);
    }

    /** Members of a manifest; files are beside it unless their paths are absolute. */
    static List<Member> ofManifest(Path manifest) {
        String text = Documents.text("--manifest", manifest);
        boolean isCsv =
                String.valueOf(manifest.getFileName()).toLowerCase(Locale.ROOT).endsWith(".csv");
        List<Map<String, String>> rows = isCsv ? csv(manifest, text) : yaml(manifest, text);
        List<Member> members = new ArrayList<>();
        for (Map<String, String> row : rows) {
            Map<String, String> tags = new TreeMap<>(row);
            String file = tags.remove("file");
            String name = tags.remove("name");
            if (file == null || file.isBlank()) {
                throw CliFailure.badInput(
                        "--manifest", manifest.toString(), "row " + (members.size() + 1) + " names no file");
            }
            members.add(member(manifest.resolveSibling(file), name == null || name.isBlank() ? null : name, tags));
        }
        if (members.isEmpty()) {
            throw CliFailure.badInput("--manifest", manifest.toString(), "names no file");
        }
        return members;
    }

    private static List<Map<String, String>> csv(Path manifest, String text) {
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        String[] head = lines.isEmpty() ? new String[0] : lines.get(0).split(",", -1);
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            String[] cells = line.split(",", -1);
            if (cells.length != head.length) {
                throw CliFailure.badInput(
                        "--manifest",
                        manifest.toString(),
                        "row " + (rows.size() + 1) + " has " + cells.length + " cells, the head line " + head.length);
            }
            Map<String, String> row = new TreeMap<>();
            for (int i = 0; i < head.length; i++) {
                if (!cells[i].isBlank()) {
                    row.put(head[i].strip(), cells[i].strip());
                }
            }
            rows.add(row);
        }
        return rows;
    }

    private static List<Map<String, String>> yaml(Path manifest, String text) {
        try {
            JsonNode root = YAML.readTree(text);
            JsonNode list = root.isArray() ? root : root.path("variants");
            List<Map<String, String>> rows = new ArrayList<>();
            for (JsonNode item : list) {
                Map<String, String> row = new TreeMap<>();
                item.properties().forEach(field -> {
                    if (field.getValue().isObject()) {
                        row.putAll(Documents.pairs(field.getValue()));
                    } else {
                        row.put(field.getKey(), field.getValue().asText());
                    }
                });
                rows.add(row);
            }
            return rows;
        } catch (JsonProcessingException e) {
            throw CliFailure.badInput(
                    "--manifest",
                    manifest.toString(),
                    "is no YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
    }
}

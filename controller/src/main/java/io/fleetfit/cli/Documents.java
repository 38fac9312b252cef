package io.fleetfit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Files and values on their way to the controller. */
final class Documents {
    private static final YAMLMapper YAML = new YAMLMapper();

    private Documents() {}

    /** A YAML or JSON object from a file. */
    static ObjectNode object(String field, Path file) {
        String text = text(field, file);
        try {
            if (YAML.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            String why = e.getOriginalMessage().lines().findFirst().orElse("");
            throw CliFailure.badInput(field, file.toString(), "is neither YAML nor JSON: " + why);
        }
        throw CliFailure.badInput(field, file.toString(), "holds no object; see --help for what belongs there");
    }

    /** The text of a file. */
    static String text(String field, Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw CliFailure.badInput(field, file.toString(), "cannot be read; name a readable text file");
        }
    }

    static ObjectNode pairs(Map<String, String> pairs) {
        ObjectNode node = ApiClient.object();
        pairs.forEach(node::put);
        return node;
    }

    static ArrayNode strings(List<String> values) {
        ArrayNode node = ApiClient.object().arrayNode();
        values.forEach(node::add);
        return node;
    }

    /** Texts of an object's fields. */
    static Map<String, String> pairs(JsonNode object) {
        Map<String, String> pairs = new TreeMap<>();
        object.properties().forEach(it -> pairs.put(it.getKey(), it.getValue().asText()));
        return pairs;
    }
}

package io.fleetfit.agent.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the configuration: the file first, then environment variables {@code FLEETFIT_AGENT_…}, then flags
 * {@code --key value}, each over the one before. Keys are dotted; in variables dots and dashes become underscores.
 */
final class ConfigSources {
    private static final String PREFIX = "FLEETFIT_AGENT_";
    /** Parts of the file that are handed on as they are. */
    static final List<String> TREES = List.of("declared", "watch");

    final Map<String, String> values = new LinkedHashMap<>();
    final Map<String, String> origins = new LinkedHashMap<>();
    final Map<String, JsonNode> trees = new LinkedHashMap<>();
    final List<String> problems = new ArrayList<>();

    void file(Path file) {
        try {
            JsonNode tree = new ObjectMapper(new YAMLFactory()).readTree(Files.readAllBytes(file));
            if (tree != null && !tree.isMissingNode() && !tree.isNull()) {
                flatten("", tree, file.toString());
            }
        } catch (JsonProcessingException e) {
            problems.add(file + ": is no YAML: " + e.getOriginalMessage());
        } catch (IOException e) {
            problems.add(file + ": cannot be read: " + e.getMessage());
        }
    }

    private void flatten(String prefix, JsonNode node, String origin) {
        if (!node.isObject()) {
            problems.add(origin + ": '" + prefix + "' must be written as key: value");
            return;
        }
        node.properties().forEach(field -> {
            String key = prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey();
            JsonNode value = field.getValue();
            if (TREES.contains(key)) {
                trees.put(key, value);
            } else if (value.isObject()) {
                flatten(key, value, origin);
            } else if (value.isArray()) {
                problems.add(origin + ": '" + key + "' must be a single value");
            } else if (!value.isNull()) {
                put(key, value.asText(), origin);
            }
        });
    }

    void environment(Map<String, String> environment, List<String> keys) {
        Map<String, String> byVariable = new LinkedHashMap<>();
        keys.forEach(key -> byVariable.put(variable(key), key));
        environment.forEach((name, value) -> {
            String key = byVariable.get(name);
            if (key != null) {
                put(key, value, name);
            } else if (name.startsWith(PREFIX)
                    && !name.equals(PREFIX + "JAVA_OPTS")
                    && !name.equals(PREFIX + "CONFIG")) {
                problems.add(name + ": unknown variable; known are " + String.join(", ", byVariable.keySet()));
            }
        });
    }

    static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    void flags(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                problems.add("'" + argument + "': flags are written --key value; see --help");
                continue;
            }
            int equals = argument.indexOf('=');
            String key = argument.substring(2, equals < 0 ? argument.length() : equals);
            String value = equals >= 0 ? argument.substring(equals + 1) : following(arguments, i);
            if (value == null) {
                problems.add("--" + key + ": a value must follow");
                continue;
            }
            i += equals < 0 ? 1 : 0;
            put(key, value, "--" + key);
        }
    }

    private static @Nullable String following(List<String> arguments, int i) {
        return i + 1 < arguments.size() ? arguments.get(i + 1) : null;
    }

    private void put(String key, String value, String origin) {
        values.put(key, value);
        origins.put(key, origin);
    }
}

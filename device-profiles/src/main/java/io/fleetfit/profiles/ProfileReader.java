package io.fleetfit.profiles;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads profiles: YAML, then inheritance, then the schema. Gathers every problem. */
final class ProfileReader {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Profiles.resource("profile.schema.json"));

    private final Map<String, ObjectNode> raw = new HashMap<>();
    private final Map<String, String> fileOf = new HashMap<>();
    private final List<InvalidProfiles.Problem> problems = new ArrayList<>();

    private ProfileReader() {}

    /** The profiles by name; a later file wins over an earlier one of the same profile name. */
    static Map<String, Profile> read(Map<String, String> texts) {
        ProfileReader reader = new ProfileReader();
        texts.forEach(reader::parse);
        Map<String, Profile> profiles = new HashMap<>();
        for (String name : reader.raw.keySet()) {
            Profile profile = reader.resolve(name);
            if (profile != null) {
                profiles.put(name, profile);
            }
        }
        reader.failIfProblems();
        return profiles;
    }

    /** The profile of one file of {@code texts}. */
    static Profile readOne(Map<String, String> texts, String file) {
        ProfileReader reader = new ProfileReader();
        texts.forEach(reader::parse);
        Profile found = null;
        for (Map.Entry<String, String> entry : reader.fileOf.entrySet()) {
            if (entry.getValue().equals(file)) {
                found = reader.resolve(entry.getKey());
            }
        }
        reader.failIfProblems();
        if (found == null) {
            throw new InvalidProfiles(List.of(new InvalidProfiles.Problem(file, "", "holds no profile")));
        }
        return found;
    }

    private void failIfProblems() {
        if (!problems.isEmpty()) {
            throw new InvalidProfiles(problems);
        }
    }

    private void parse(String file, String text) {
        try {
            JsonNode tree = YAML.readTree(text);
            if (!(tree instanceof ObjectNode object) || !object.path("name").isTextual()) {
                problem(file, "name", "is missing; a profile is a YAML mapping with a name");
                return;
            }
            String name = object.get("name").asText();
            raw.put(name, object);
            fileOf.put(name, file);
        } catch (JsonProcessingException e) {
            problem(
                    file,
                    "",
                    "is not YAML: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
    }

    private @Nullable Profile resolve(String name) {
        String file = fileOf.getOrDefault(name, name);
        ObjectNode merged = merge(name, new LinkedHashSet<>());
        if (merged == null) {
            return null;
        }
        Set<ValidationMessage> broken = SCHEMA.validate(merged);
        for (ValidationMessage message : broken) {
            String field = message.getInstanceLocation().toString().replaceFirst("^\\$\\.?", "");
            JsonNode value = message.getInstanceNode();
            String found = value == null || value.isContainerNode() ? "" : ", got " + value;
            problem(file, field, message.getMessage().replaceFirst("^\\$[^:]*: ", "") + found);
        }
        try {
            return broken.isEmpty() ? JSON.treeToValue(merged, Profile.class) : null;
        } catch (JsonProcessingException e) {
            problem(file, "", e.getOriginalMessage());
            return null;
        }
    }

    /** The tree of a profile over its parents'; null if there is a problem. */
    private @Nullable ObjectNode merge(String name, Set<String> seen) {
        ObjectNode own = raw.get(name);
        String file = fileOf.getOrDefault(name, name);
        if (!seen.add(name)) {
            problem(file, "extends", "goes round in a circle: " + String.join(" → ", seen) + " → " + name);
            return null;
        }
        if (own == null) {
            return null;
        }
        JsonNode parent = own.get("extends");
        if (parent == null) {
            return own.deepCopy();
        }
        if (!raw.containsKey(parent.asText())) {
            problem(
                    file,
                    "extends",
                    "names '" + parent.asText() + "', which is no profile; there are "
                            + raw.keySet().stream().sorted().toList());
            return null;
        }
        ObjectNode base = merge(parent.asText(), seen);
        if (base == null) {
            return null;
        }
        base.remove("abstract");
        base.remove("match");
        own.properties()
                .forEach(field -> base.set(field.getKey(), field.getValue().deepCopy()));
        return base;
    }

    private void problem(String file, String field, String message) {
        problems.add(new InvalidProfiles.Problem(file, field, message));
    }
}

package io.fleetfit.compress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.VariantRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads a recipe from YAML and reports every problem at once. */
public final class RecipeReader {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final int MOST_TEXT = 100_000;
    private static final int MOST_NAME = 40;
    private static final List<String> FIELDS =
            List.of("name", "description", "precision", "target", "passes", "settings", "expandsWeights", "vary");

    private final List<String> problems = new ArrayList<>();

    private RecipeReader() {}

    /**
     * The recipe of a document.
     *
     * @throws Invalid that lists every problem
     */
    public static Recipe read(String yaml) {
        RecipeReader reader = new RecipeReader();
        Optional<Recipe> recipe = reader.tree(yaml).flatMap(reader::recipe);
        if (!reader.problems.isEmpty() || recipe.isEmpty()) {
            throw new Invalid(
                    "the recipe has " + reader.problems.size() + " problem" + (reader.problems.size() == 1 ? "" : "s")
                            + ": " + String.join("; ", reader.problems),
                    "recipe",
                    reader.problems.size(),
                    "mend them all and try again");
        }
        return recipe.get();
    }

    private Optional<ObjectNode> tree(String yaml) {
        if (yaml.length() > MOST_TEXT) {
            problems.add("it has " + yaml.length() + " characters, at most " + MOST_TEXT + " are read");
            return Optional.empty();
        }
        try {
            if (YAML.readTree(yaml) instanceof ObjectNode object) {
                return Optional.of(object);
            }
            problems.add("it is no object with the fields " + FIELDS);
        } catch (JsonProcessingException e) {
            problems.add("it is no YAML: "
                    + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
        return Optional.empty();
    }

    private Optional<Recipe> recipe(ObjectNode root) {
        unknown("", root, FIELDS);
        String name = text(root, "name", true);
        if (!name.isEmpty() && (!VariantRef.NAME.matcher(name).matches() || name.length() > MOST_NAME)) {
            problems.add("name '" + name + "' is not a name: use 1 to " + MOST_NAME
                    + " of a-z, 0-9, '.', '_', '-', beginning with a letter or digit");
        }
        String description = text(root, "description", false);
        String precision = text(root, "precision", true);
        Target target = target(root);
        List<PassSpec> passes = passes(root.path("passes"));
        ExecutionSettings settings = settings(root.path("settings"));
        boolean expands = flag(root, "expandsWeights");
        Variation vary = vary(root.path("vary"), passes);
        return problems.isEmpty()
                ? Optional.of(new Recipe(name, description, precision, target, passes, settings, expands, vary))
                : Optional.empty();
    }

    private void unknown(String where, JsonNode object, List<String> known) {
        object.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                problems.add("there is no field '" + where + field + "': use some of " + known);
            }
        });
    }

    private String text(JsonNode root, String field, boolean needed) {
        JsonNode value = root.path(field);
        if (value.isTextual() && !value.asText().isBlank()) {
            return value.asText().strip();
        }
        if (needed || !(value.isMissingNode() || value.isNull())) {
            problems.add(value.isMissingNode() ? field + " is missing" : field + " must be a text, got " + value);
        }
        return "";
    }

    private boolean flag(JsonNode root, String field) {
        JsonNode value = root.path(field);
        if (!value.isMissingNode() && !value.isBoolean()) {
            problems.add(field + " must be true or false, got " + value);
        }
        return value.asBoolean(false);
    }

    private Target target(JsonNode root) {
        JsonNode value = root.path("target");
        if (value.isMissingNode()) {
            return Target.ANY;
        }
        Optional<Target> target = Target.of(value.asText());
        if (target.isEmpty()) {
            problems.add("target '" + value.asText() + "' is none of " + Target.texts());
        }
        return target.orElse(Target.ANY);
    }

    private List<PassSpec> passes(JsonNode list) {
        if (!list.isArray() || list.isEmpty()) {
            problems.add("passes must be a list of one pass or more");
            return List.of();
        }
        List<PassSpec> passes = new ArrayList<>();
        for (JsonNode item : list) {
            pass(item).ifPresent(passes::add);
        }
        return passes;
    }

    private Optional<PassSpec> pass(JsonNode item) {
        if (item.isTextual()) {
            return checked(new PassSpec(item.asText(), Map.of()));
        }
        if (item.isObject() && item.size() == 1) {
            Map.Entry<String, JsonNode> only = item.properties().iterator().next();
            if (only.getValue().isObject() || only.getValue().isNull()) {
                Map<String, Object> settings = new TreeMap<>();
                only.getValue().properties().forEach(field -> settings.put(field.getKey(), value(field.getValue())));
                return checked(new PassSpec(only.getKey(), settings));
            }
        }
        problems.add("a pass is written 'name' or 'name: {setting: value}', got " + item);
        return Optional.empty();
    }

    private static Object value(JsonNode node) {
        if (node.isNumber()) {
            return node.canConvertToInt() && node.isIntegralNumber() ? (Object) node.asInt() : (Object) node.asDouble();
        }
        if (node.isBoolean()) {
            return node.asBoolean();
        }
        if (node.isArray()) {
            List<String> texts = new ArrayList<>();
            node.forEach(item -> texts.add(item.asText()));
            return texts;
        }
        return node.asText();
    }

    /** Every wrong setting of a pass is named: each is taken out once it was, and the rest is tried again. */
    private Optional<PassSpec> checked(PassSpec spec) {
        Map<String, Object> left = new TreeMap<>(spec.settings());
        boolean right = true;
        while (true) {
            try {
                var unused = PassCatalog.create(new PassSpec(spec.name(), left));
                return right ? Optional.of(spec) : Optional.empty();
            } catch (Invalid e) {
                right = false;
                problems.add(e.getMessage() + " ('" + e.value() + "'): " + e.remedy());
                String setting = e.field().substring(e.field().lastIndexOf('.') + 1);
                if (left.remove(setting) == null) {
                    return Optional.empty();
                }
            }
        }
    }

    private ExecutionSettings settings(JsonNode node) {
        if (node.isMissingNode()) {
            return ExecutionSettings.cpu();
        }
        unknown("settings.", node, List.of("provider", "threads", "sessionConfig"));
        JsonNode threads = node.path("threads");
        if (!threads.isMissingNode() && !(threads.isInt() && threads.asInt() >= 1 && threads.asInt() <= 256)) {
            problems.add("settings.threads must be a whole number from 1 to 256, got " + threads);
        }
        Map<String, String> config = new TreeMap<>();
        node.path("sessionConfig")
                .properties()
                .forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
        return new ExecutionSettings(
                node.path("provider").asText(ExecutionSettings.CPU), threads.isInt() ? threads.asInt() : null, config);
    }

    private @Nullable Variation vary(JsonNode node, List<PassSpec> passes) {
        if (node.isMissingNode()) {
            return null;
        }
        unknown("vary.", node, List.of("pass", "setting", "values", "goal", "resolution"));
        String pass = node.path("pass").asText("");
        String setting = node.path("setting").asText("");
        List<Double> values = new ArrayList<>();
        node.path("values").forEach(value -> values.add(value.isNumber() ? value.asDouble() : Double.NaN));
        String goal = node.path("goal").asText("");
        Optional<Variation.Goal> known = Arrays.stream(Variation.Goal.values())
                .filter(each -> written(each).equals(goal))
                .findFirst();
        double resolution = node.path("resolution").asDouble(0);
        if (known.isEmpty()) {
            problems.add("vary.goal '" + goal + "' is neither 'first-that-passes' nor 'last-that-passes'");
        }
        if (values.isEmpty() || values.stream().anyMatch(value -> value.isNaN()) || !(resolution >= 0)) {
            problems.add("vary.values must be a list of numbers, and vary.resolution 0 or more");
            return null;
        }
        Optional<PassSpec> varied =
                passes.stream().filter(spec -> spec.name().equals(pass)).findFirst();
        if (varied.isEmpty()) {
            problems.add("vary.pass '" + pass + "' is none of the passes");
        }
        varied.ifPresent(spec -> values.forEach(value -> checked(with(spec, setting, value))));
        return known.isEmpty() ? null : new Variation(pass, setting, values, known.get(), resolution);
    }

    private static PassSpec with(PassSpec spec, String setting, double value) {
        Map<String, Object> settings = new TreeMap<>(spec.settings());
        settings.put(setting, Variation.plain(value));
        return new PassSpec(spec.name(), settings);
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

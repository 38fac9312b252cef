package io.fleetfit.compress;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A pass of a recipe with its settings, as data.
 *
 * @param name of the pass
 * @param settings values by name: numbers, texts, flags, lists of texts; what is absent has the pass's default
 */
public record PassSpec(String name, Map<String, Object> settings) {
    public PassSpec {
        settings = Map.copyOf(settings);
    }

    /** A pass with its defaults. */
    public static PassSpec of(String name) {
        return new PassSpec(name, Map.of());
    }

    /** For the lineage of variants: {@code name} or {@code name{key=value, …}}, keys in order. */
    public String text() {
        return settings.isEmpty()
                ? name
                : new TreeMap<>(settings)
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .collect(Collectors.joining(", ", name + "{", "}"));
    }
}

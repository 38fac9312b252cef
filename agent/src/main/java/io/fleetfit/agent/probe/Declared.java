package io.fleetfit.agent.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Capabilities declared in the configuration. */
final class Declared {
    private static final Set<String> TEXTS =
            Set.of("arch", "os", "device-tree-model", "cpu-model", "cpu-implementer", "cpu-part");
    private static final Set<String> NUMBERS = Set.of("cores", "memory-bytes", "storage-bytes");
    private static final Set<String> LISTS = Set.of("isa-features", "accelerators", "execution-providers");

    private final Map<String, Object> values;

    Declared(Map<String, Object> values) {
        this.values = new TreeMap<>(values);
    }

    /** A line for each key that is unknown or whose value is of the wrong kind. */
    static List<String> problems(Map<String, Object> values) {
        List<String> problems = new ArrayList<>();
        new TreeMap<>(values).forEach((key, value) -> {
            if (!TEXTS.contains(key) && !NUMBERS.contains(key) && !LISTS.contains(key)) {
                problems.add("declared." + key + ": unknown key; known are " + known());
            } else if (NUMBERS.contains(key) && !(value instanceof Number number && number.longValue() > 0)) {
                problems.add("declared." + key + " = '" + value + "': must be a number above 0");
            } else if (LISTS.contains(key) && !(value instanceof List)) {
                problems.add("declared." + key + " = '" + value + "': must be a list, as [a, b]");
            }
        });
        return problems;
    }

    private static Set<String> known() {
        Set<String> known = new TreeSet<>(TEXTS);
        known.addAll(NUMBERS);
        known.addAll(LISTS);
        return known;
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    String text(String key, String otherwise) {
        Object value = values.get(key);
        return value == null ? otherwise : value.toString();
    }

    /** A device that declares what it is has nothing of the machine below that it did not name. */
    @Nullable
    String optionalText(String key, @Nullable String otherwise) {
        Object value = values.get(key);
        return value != null ? value.toString() : isEmpty() ? otherwise : null;
    }

    long number(String key, long otherwise) {
        return values.get(key) instanceof Number number ? number.longValue() : otherwise;
    }

    List<String> list(String key, List<String> otherwise) {
        return values.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : isEmpty() || key.equals("execution-providers") ? otherwise : List.of();
    }
}

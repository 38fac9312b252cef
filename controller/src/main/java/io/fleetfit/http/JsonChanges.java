package io.fleetfit.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.fleetfit.protocol.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Where two values differ, field by field, as their JSON shows it. */
final class JsonChanges {
    private static final ObjectMapper JSON = JsonCodec.mapper();

    private JsonChanges() {}

    /**
     * One field that differs.
     *
     * @param field path with dots; items of a list by number
     * @param before absent where the field was not there
     * @param after absent where it is not there any more
     */
    record Change(String field, JsonNode before, JsonNode after) {}

    /** All fields that differ, in order of their names. */
    static List<Change> between(Object before, Object after) {
        List<Change> changes = new ArrayList<>();
        compare("", JSON.valueToTree(before), JSON.valueToTree(after), changes);
        return changes;
    }

    private static void compare(String path, JsonNode before, JsonNode after, List<Change> changes) {
        if (before.equals(after)) {
            return;
        }
        boolean parts = (before.isObject() && after.isObject()) || (before.isArray() && after.isArray());
        if (!parts) {
            changes.add(new Change(path, orNull(before), orNull(after)));
            return;
        }
        if (before.isArray()) {
            for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
                compare(path + "[" + i + "]", at(before, i), at(after, i), changes);
            }
            return;
        }
        Set<String> names = new TreeSet<>();
        before.fieldNames().forEachRemaining(names::add);
        after.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            compare(path.isEmpty() ? name : path + "." + name, before.path(name), after.path(name), changes);
        }
    }

    private static JsonNode at(JsonNode array, int index) {
        return index < array.size() ? array.get(index) : MissingNode.getInstance();
    }

    private static JsonNode orNull(JsonNode node) {
        return node.isMissingNode() ? JSON.nullNode() : node;
    }

    /** The changes in one line. */
    static String text(List<Change> changes) {
        return changes.stream()
                .map(it -> it.field() + ": " + it.before() + " → " + it.after())
                .collect(Collectors.joining(", "));
    }
}

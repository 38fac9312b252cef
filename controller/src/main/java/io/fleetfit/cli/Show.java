package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Values of JSON answers as people read them. What is absent shows as {@code -}. */
final class Show {
    static final String ABSENT = "-";

    private Show() {}

    /** The text at a JSON pointer without its first slash. */
    static String text(JsonNode node, String path) {
        JsonNode value = node.at("/" + path);
        if (value.isContainerNode()) {
            return pairs(value);
        }
        return value.isNull() || value.asText().isEmpty() ? ABSENT : value.asText();
    }

    /** The objects of a list: the answer itself, or its field of that name. */
    static List<JsonNode> list(JsonNode answer, String name) {
        List<JsonNode> items = new ArrayList<>();
        (answer.isArray() ? answer : answer.path(name)).forEach(items::add);
        return items;
    }

    /** Bytes in decimal units. */
    static String bytes(JsonNode node, String path) {
        JsonNode value = node.at("/" + path);
        return value.isNumber() ? bytes(value.asLong()) : ABSENT;
    }

    static String bytes(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        if (bytes < 1_000_000) {
            return format("%.1f kB", bytes / 1e3);
        }
        return bytes < 1_000_000_000 ? format("%.1f MB", bytes / 1e6) : format("%.2f GB", bytes / 1e9);
    }

    static String number(JsonNode node, String path, String format) {
        JsonNode value = node.at("/" + path);
        return value.isNumber() ? format(format, value.asDouble()) : ABSENT;
    }

    /** A count with a unit of thousands. */
    static String count(double value) {
        if (value < 1e4) {
            return format("%.0f", value);
        }
        return value < 1e6 ? format("%.0f k", value / 1e3) : format("%.1f M", value / 1e6);
    }

    /** {@code a=1,b=2} of an object, or a list's items. */
    static String pairs(JsonNode node, String path) {
        return pairs(node.at("/" + path));
    }

    static String pairs(JsonNode value) {
        List<String> parts = new ArrayList<>();
        if (value.isObject()) {
            value.properties()
                    .forEach(it -> parts.add(it.getKey() + "=" + it.getValue().asText()));
        } else {
            value.forEach(it -> parts.add(it.asText()));
        }
        return parts.isEmpty() ? ABSENT : String.join(",", parts);
    }

    /** How long ago an instant was, in one unit. */
    static String age(JsonNode node, String path, Clock clock) {
        String text = node.at("/" + path).asText("");
        try {
            return text.isEmpty() ? ABSENT : age(Duration.between(Instant.parse(text), clock.instant()));
        } catch (DateTimeException e) {
            return text;
        }
    }

    private static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 7_200) {
            return seconds / 60 + "m";
        }
        return seconds < 172_800 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }

    /** {@code version/variant} of {@code model@version/variant}. */
    static String afterModel(String ref) {
        return ref.substring(ref.indexOf('@') + 1);
    }

    /** Memory in binary units, as boards are sold. */
    static String memory(JsonNode node, String path) {
        JsonNode value = node.at("/" + path);
        if (!value.isNumber()) {
            return ABSENT;
        }
        double mebibytes = value.asDouble() / (1 << 20);
        return mebibytes < 1_000 ? format("%.0f MiB", mebibytes) : format("%.1f GiB", mebibytes / 1024);
    }

    /** The first digits of a digest. */
    static String digest(JsonNode node, String path) {
        String text = text(node, path);
        return text.length() > 12 ? text.substring(0, 12) : text;
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}

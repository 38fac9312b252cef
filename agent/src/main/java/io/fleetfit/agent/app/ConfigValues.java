package io.fleetfit.agent.app;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads typed values by dotted key and gathers every problem on the way. Not thread-safe. */
final class ConfigValues {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([kmgt]i?b|b)?");

    private final Map<String, String> values;
    private final Map<String, String> origins;
    private final List<String> problems = new ArrayList<>();

    /**
     * Values with where each comes from.
     *
     * @param origins for people: file, environment variable or flag, by key
     */
    ConfigValues(Map<String, String> values, Map<String, String> origins) {
        this.values = new TreeMap<>(values);
        this.origins = origins;
    }

    List<String> problems() {
        return problems;
    }

    void problem(String key, @Nullable String value, String remedy) {
        String origin = origins.get(key);
        problems.add(key + (value == null ? "" : " = '" + value + "'") + (origin == null ? "" : " (" + origin + ")")
                + ": " + remedy);
    }

    void requireKnown(Set<String> known) {
        for (Map.Entry<String, String> entry : values.entrySet()) {
            if (!known.contains(entry.getKey())) {
                problem(entry.getKey(), entry.getValue(), "unknown key; known are " + String.join(", ", known));
            }
        }
    }

    @Nullable
    String text(String key) {
        String value = values.get(key);
        return value == null || value.isBlank() ? null : value.strip();
    }

    String text(String key, String otherwise) {
        String value = text(key);
        return value == null ? otherwise : value;
    }

    @Nullable
    Path path(String key) {
        return parsed(key, Path::of, "is no path");
    }

    @Nullable
    URI uri(String key, Set<String> schemes) {
        URI uri = parsed(key, ConfigValues::toUri, "is no URL; write for example " + example(schemes));
        if (uri != null && (uri.getHost() == null || !schemes.contains(String.valueOf(uri.getScheme())))) {
            problem(key, uri.toString(), "needs a scheme and a host; write for example " + example(schemes));
            return null;
        }
        return uri;
    }

    private static String example(Set<String> schemes) {
        return schemes.iterator().next() + "://fleetfit.example:8080";
    }

    private static URI toUri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    int number(String key, int otherwise, int least, int most) {
        Integer value = parsed(key, Integer::valueOf, "is no whole number");
        if (value == null) {
            return otherwise;
        }
        if (value < least || value > most) {
            problem(key, value.toString(), "must lie between " + least + " and " + most);
        }
        return value;
    }

    boolean flag(String key, boolean otherwise) {
        Boolean value = parsed(
                key,
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true", "yes", "on" -> Boolean.TRUE;
                    case "false", "no", "off" -> Boolean.FALSE;
                    default -> throw new IllegalArgumentException(text);
                },
                "must be true or false");
        return value == null ? otherwise : value;
    }

    Duration duration(String key, Duration otherwise) {
        Duration value = parsed(key, ConfigValues::toDuration, "is no length of time; write for example 30s or 500ms");
        if (value != null && value.isZero()) {
            problem(key, "0", "must be longer than nothing");
        }
        return value == null ? otherwise : value;
    }

    private static Duration toDuration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    long size(String key, long otherwise) {
        Long value = parsed(key, ConfigValues::toSize, "is no size; write bytes, or for example 500MB or 2GiB");
        return value == null ? otherwise : value;
    }

    private static long toSize(String text) {
        Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        String unit = matcher.group(2) == null ? "b" : matcher.group(2);
        long base = unit.endsWith("ib") ? 1024 : 1000;
        int power = "bkmgt".indexOf(unit.charAt(0));
        long factor = 1;
        for (int i = 0; i < power; i++) {
            factor *= base;
        }
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
    }

    private <T> @Nullable T parsed(String key, Function<String, T> parse, String remedy) {
        String value = text(key);
        if (value == null) {
            return null;
        }
        try {
            return parse.apply(value);
        } catch (InvalidPathException | ArithmeticException e) {
            problem(key, value, remedy);
            return null;
        } catch (IllegalArgumentException e) {
            problem(key, value, remedy);
            return null;
        }
    }
}

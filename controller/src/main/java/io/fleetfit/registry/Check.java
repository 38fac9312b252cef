package io.fleetfit.registry;

import java.util.Map;

/** Checks of values that callers choose; each throws {@link Invalid}. */
final class Check {
    private static final int MAX_TAGS = 64;
    private static final int MAX_KEY = 128;
    private static final int MAX_VALUE = 1_024;

    private Check() {}

    static String name(String field, String value) {
        if (!VariantRef.NAME.matcher(value).matches()) {
            throw new Invalid(
                    field + " '" + value + "' is not a name",
                    field,
                    value,
                    "use 1 to 63 of a-z, 0-9, '.', '_', '-', beginning with a letter or digit");
        }
        return value;
    }

    static Map<String, String> tags(Map<String, String> tags) {
        if (tags.size() > MAX_TAGS) {
            throw new Invalid(tags.size() + " tags are too many", "tags", tags.size(), "use at most " + MAX_TAGS);
        }
        tags.forEach((key, value) -> {
            if (key.isBlank() || key.length() > MAX_KEY || value.length() > MAX_VALUE) {
                throw new Invalid(
                        "tag '" + key + "' is too long or has no key",
                        "tags",
                        key,
                        "use keys of 1 to " + MAX_KEY + " and values of at most " + MAX_VALUE + " characters");
            }
        });
        return Map.copyOf(tags);
    }
}

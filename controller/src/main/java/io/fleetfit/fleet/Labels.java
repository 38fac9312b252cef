package io.fleetfit.fleet;

import io.fleetfit.registry.Invalid;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules for labels: whatever a selector can name. */
final class Labels {
    private static final int MAX = 64;
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._/-]{1,128}");
    private static final Set<String> RESERVED = Set.of("profile", "arch", "id");

    private Labels() {}

    static void check(Map<String, String> labels) {
        if (labels.size() > MAX) {
            throw new Invalid(labels.size() + " labels are too many", "labels", labels.size(), "use at most " + MAX);
        }
        labels.forEach((key, value) -> {
            if (RESERVED.contains(key)) {
                throw new Invalid(
                        "label '" + key + "' is what selectors call a property of the device",
                        "labels",
                        key,
                        "use another key than profile, arch and id");
            }
            if (!WORD.matcher(key).matches() || !WORD.matcher(value).matches()) {
                throw new Invalid(
                        "label '" + key + "=" + value + "' is not understood by selectors",
                        "labels",
                        key + "=" + value,
                        "use 1 to 128 letters, digits, '.', '_', '/' or '-' in keys and values");
            }
        });
    }
}

package io.fleetfit.registry;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Full name of a variant, written {@code model@version/variant}.
 *
 * @param model name of the model
 * @param version version of the model
 * @param variant name of the variant within the version
 */
public record VariantRef(String model, String version, String variant) implements Comparable<VariantRef> {
    /** Names of models, versions, aliases, variants and deployments. */
    public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    private static final Pattern FORM = Pattern.compile("([^@/]+)@([^@/]+)/([^@/]+)");

    public VariantRef {
        requireName("model", model);
        requireName("version", version);
        requireName("variant", variant);
    }

    /** Reads {@code model@version/variant}; throws {@link IllegalArgumentException} that names the value. */
    @JsonCreator
    public static VariantRef parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("a variant is written model@version/variant, got '" + text + "'");
        }
        return new VariantRef(form.group(1), form.group(2), form.group(3));
    }

    /** {@code value}, if it is a name; throws {@link IllegalArgumentException} that names field, value and remedy. */
    public static String requireName(String field, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new IllegalArgumentException(field + " '" + value
                    + "' is not a name: use 1 to 63 of a-z, 0-9, '.', '_', '-', beginning with a letter or digit");
        }
        return value;
    }

    @Override
    public int compareTo(VariantRef other) {
        return toString().compareTo(other.toString());
    }

    @Override
    @JsonValue
    public String toString() {
        return model + "@" + version + "/" + variant;
    }
}

package io.fleetfit.compress;

import io.fleetfit.registry.Invalid;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the settings of a pass by name and type; a setting that nobody asked for is a mistake of the recipe. */
public final class PassSettings {
    private final String pass;
    private final Map<String, Object> left;

    /** The settings of one pass. */
    public PassSettings(PassSpec spec) {
        pass = spec.name();
        left = new HashMap<>(spec.settings());
    }

    /** A whole number between bounds. */
    public int integer(String name, int absent, int least, int most) {
        return (int) Math.round(number(name, absent, least, most));
    }

    /** A number between bounds, both included. */
    public double number(String name, double absent, double least, double most) {
        Object value = left.remove(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof Number number && number.doubleValue() >= least && number.doubleValue() <= most) {
            return number.doubleValue();
        }
        throw invalid(name, value, "give a number from " + least + " to " + most);
    }

    /** True or false. */
    public boolean flag(String name, boolean absent) {
        Object value = left.remove(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw invalid(name, value, "give true or false");
    }

    /** One of the constants of an enum, written in lower case with hyphens. */
    public <E extends Enum<E>> E choice(String name, E absent) {
        Object value = left.remove(name);
        if (value == null) {
            return absent;
        }
        List<E> all = Arrays.asList(absent.getDeclaringClass().getEnumConstants());
        return all.stream()
                .filter(constant -> written(constant).equals(value))
                .findFirst()
                .orElseThrow(() -> invalid(
                        name,
                        value,
                        "use one of " + all.stream().map(PassSettings::written).toList()));
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A list of texts; empty if absent. */
    public List<String> texts(String name) {
        Object value = left.remove(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw invalid(name, value, "give a list of texts");
    }

    /** {@link Invalid} if a setting was not read: the pass does not know it. */
    public void requireAllRead() {
        left.keySet().stream().sorted().findFirst().ifPresent(name -> {
            throw new Invalid(
                    "the pass '" + pass + "' has no setting '" + name + "'",
                    "passes." + pass + "." + name,
                    left.get(name),
                    "remove it");
        });
    }

    private Invalid invalid(String name, Object value, String remedy) {
        return new Invalid(
                "the setting '" + name + "' of the pass '" + pass + "' cannot be used",
                "passes." + pass + "." + name,
                value,
                remedy);
    }
}

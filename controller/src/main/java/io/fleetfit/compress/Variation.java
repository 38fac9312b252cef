package io.fleetfit.compress;

import java.util.List;

/**
 * The one setting of a recipe that a search chooses.
 *
 * @param pass the pass that has it
 * @param setting its name
 * @param values tried in this order
 * @param goal where the order leads
 * @param resolution smallest step that is worth a try between two neighbours of {@code values}; 0 to try none between
 */
public record Variation(String pass, String setting, List<Double> values, Goal goal, double resolution) {
    /** Where the order of the values leads. */
    public enum Goal {
        /** From the hardest compression to the mildest: the first value whose result passes the quality gate is best. */
        FIRST_THAT_PASSES,
        /** From the mildest compression to the hardest: the last value whose result passes the quality gate is best. */
        LAST_THAT_PASSES
    }

    public Variation {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a variation needs one value or more");
        }
        if (!(resolution >= 0)) {
            throw new IllegalArgumentException("the resolution must be 0 or more, got " + resolution);
        }
    }

    /** The name of {@code recipe} with this value: {@code recipe.value}, or the plain name for 0. */
    public static String name(String recipe, double value) {
        return value == 0 ? recipe : recipe + "." + plain(value);
    }

    /** A whole number without a fraction, so that equal settings have equal texts. */
    static Object plain(double value) {
        if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE) {
            return (int) value;
        }
        return value;
    }
}

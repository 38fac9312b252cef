package io.fleetfit.dataset;

import io.fleetfit.dataset.file.BadDataSet;
import java.util.regex.Pattern;

/** Names of the parts of a data set. */
public final class SplitNames {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}");

    private SplitNames() {}

    /** {@code name}, if it is one; {@code of} names where it stands in messages. */
    public static String require(String name, String of) throws BadDataSet {
        if (!NAME.matcher(name).matches()) {
            throw new BadDataSet(of + " is in the split '" + name
                    + "'; a split's name has 1 to 63 letters, digits, '.', '_' or '-'");
        }
        return name;
    }
}

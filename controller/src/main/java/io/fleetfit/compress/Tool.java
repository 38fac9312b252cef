package io.fleetfit.compress;

import java.util.Optional;

/** The tool that makes variants, for their lineage. */
public final class Tool {
    /** {@code fleetfit VERSION}, the version from the jar's manifest; {@code development} when the classes are not in a jar. */
    public static final String VERSION = "fleetfit "
            + Optional.ofNullable(Tool.class.getPackage().getImplementationVersion())
                    .orElse("development");

    private Tool() {}
}

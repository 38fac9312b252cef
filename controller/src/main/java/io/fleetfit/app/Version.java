package io.fleetfit.app;

import java.util.Optional;

/** The version of this build. */
final class Version {
    /** From the jar's manifest; {@code development} when the classes are not in a jar. */
    static final String CURRENT = Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
            .orElse("development");

    private Version() {}
}

package io.fleetfit.registry;

import org.jspecify.annotations.Nullable;

/** Port: who depends on a version or variant. */
@FunctionalInterface
public interface VariantUse {
    /** How many devices shall run the version or, if {@code variant} is given, that variant of it. */
    long devicesTargeting(String model, String version, @Nullable String variant);
}

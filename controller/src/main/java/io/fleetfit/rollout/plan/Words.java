package io.fleetfit.rollout.plan;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Reads words of plans. */
final class Words {
    private Words() {}

    /** The constant of that name, in capitals or not; throws {@link IllegalArgumentException} that names all. */
    static <E extends Enum<E>> E parse(Class<E> type, String what, String name) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(name.trim().toUpperCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw new IllegalArgumentException("'" + name + "' is no " + what + ": use "
                + Arrays.stream(type.getEnumConstants())
                        .map(it -> it.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(", ")));
    }
}

package io.fleetfit.agent.runtime;

import java.util.List;
import java.util.Locale;

/** Tells a shortage of memory from other failures of ONNX Runtime, which has no error code for it. */
final class TrialMemory {
    private static final List<String> WORDS = List.of("failed to allocate memory", "bad_alloc", "bad allocation");

    private TrialMemory() {}

    static boolean isShortage(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(lower::contains);
    }
}

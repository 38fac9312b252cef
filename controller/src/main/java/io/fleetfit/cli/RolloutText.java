package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A rollout in lines: one for itself, one a wave, one a gate. */
final class RolloutText {
    private static final int BAR = 12;

    private RolloutText() {}

    static boolean ended(String state) {
        return switch (state) {
            case "SUCCEEDED", "FAILED", "ABORTED" -> true;
            default -> false;
        };
    }

    /** Number of the wave under way and how many there are. */
    static String wave(JsonNode rollout) {
        int waves = rollout.path("waves").size();
        return waves == 0 ? Show.ABSENT : rollout.path("wave").asInt() + "/" + waves;
    }

    /** Devices that run the new version, of those that shall. */
    static String done(JsonNode rollout) {
        long done = 0;
        for (JsonNode wave : rollout.path("waves")) {
            done += wave.path("succeeded").asLong();
        }
        return done + "/" + rollout.path("eligible").asLong();
    }

    static List<String> lines(JsonNode rollout) {
        List<String> lines = new ArrayList<>();
        lines.add(Show.text(rollout, "id") + "  " + Show.text(rollout, "deployment") + " to version "
                + Show.text(rollout, "version") + ": " + Show.text(rollout, "state") + ", "
                + counts(rollout.path("counts")) + eta(rollout));
        if (rollout.hasNonNull("reason")) {
            lines.add("  " + Show.text(rollout, "reason"));
        }
        int waves = rollout.path("waves").size();
        for (JsonNode wave : rollout.path("waves")) {
            lines.add(wave(wave, waves));
        }
        for (JsonNode evidence : rollout.path("evidence")) {
            lines.add("  " + gate(evidence));
        }
        for (JsonNode given : rollout.path("givenUp")) {
            lines.add("  given up: " + Show.afterModel(given.asText()));
        }
        rollout.path("failures")
                .properties()
                .forEach(it -> lines.add(
                        "  failed with " + it.getKey() + ": " + it.getValue().asLong()));
        return lines;
    }

    private static String eta(JsonNode rollout) {
        if (!rollout.hasNonNull("etaSeconds")) {
            return "";
        }
        long seconds = rollout.path("etaSeconds").asLong();
        return ", about "
                + (seconds < 120 ? seconds + " s" : seconds < 7_200 ? seconds / 60 + " min" : seconds / 3_600 + " h")
                + " left";
    }

    private static String counts(JsonNode counts) {
        List<String> words = new ArrayList<>();
        counts.properties()
                .forEach(it -> words.add(it.getValue().asLong() + " "
                        + it.getKey().toLowerCase(Locale.ROOT).replace('_', ' ')));
        return words.isEmpty() ? "no devices" : String.join(", ", words);
    }

    private static String wave(JsonNode wave, int waves) {
        long devices = wave.path("devices").asLong();
        long succeeded = wave.path("succeeded").asLong();
        int full = devices == 0 ? 0 : (int) Math.min(BAR, Math.round((double) BAR * succeeded / devices));
        return Show.format(
                "  wave %d/%d %-6s %s %d/%d asked, %d ok, %d failed, %d watched",
                wave.path("number").asInt(),
                waves,
                Show.text(wave, "state"),
                "█".repeat(full) + "░".repeat(BAR - full),
                wave.path("asked").asLong(),
                devices,
                succeeded,
                wave.path("failed").asLong(),
                wave.path("watched").asLong());
    }

    /** Verdict, observed, threshold, samples. */
    static String gate(JsonNode evidence) {
        String scope = evidence.hasNonNull("scope") ? " of " + Show.text(evidence, "scope") : "";
        boolean query = Show.text(evidence, "gate").equals("QUERY");
        String observed = !evidence.hasNonNull("observed")
                ? Show.ABSENT
                : query
                        ? Show.number(evidence, "observed", "%.4g")
                        : Show.format("%.1f %%", evidence.path("observed").asDouble() * 100);
        String threshold = query
                ? Show.number(evidence, "threshold", "%.4g")
                : Show.format("%.1f %%", evidence.path("threshold").asDouble() * 100);
        return Show.format(
                "gate %s%s %s: observed %s, threshold %s, %d samples",
                Show.text(evidence, "gate"),
                scope,
                Show.text(evidence, "verdict"),
                observed,
                threshold,
                evidence.path("samples").asLong());
    }
}

package io.fleetfit.cli.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The candidates of a comparison: variants of the version first, then what the newest search dropped altogether. */
public final class FrontPoints {
    private FrontPoints() {}

    /** Of a comparison as the controller answers it. */
    public static List<FrontPoint> of(JsonNode comparison) {
        List<FrontPoint> points = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode variant : comparison.path("variants")) {
            points.add(variant(variant));
            names.add(variant.path("name").asText());
        }
        for (JsonNode dropped : comparison.path("search").path("dropped")) {
            if (names.add(dropped.path("name").asText())) {
                points.add(point(dropped.path("name").asText(), dropped, dropped.path("evaluation"), null, null, ""));
            }
        }
        return points;
    }

    private static FrontPoint variant(JsonNode variant) {
        double macs = 0;
        for (JsonNode each : variant.at("/summary/macs")) {
            macs += each.asDouble();
        }
        List<String> targets = new ArrayList<>();
        variant.path("targets").forEach(target -> targets.add(target.asText()));
        return point(
                variant.path("name").asText(),
                variant,
                variant.path("evaluation"),
                variant.at("/summary/macs").isObject() ? macs / 1e6 : null,
                variant.hasNonNull("peakMemoryBytes")
                        ? variant.path("peakMemoryBytes").asLong()
                        : null,
                String.join(", ", targets));
    }

    private static FrontPoint point(
            String name,
            JsonNode of,
            JsonNode evaluation,
            @Nullable Double megaMacs,
            @Nullable Long memory,
            String targets) {
        JsonNode quality = evaluation.hasNonNull("quality") ? evaluation.path("quality") : of.path("quality");
        Double value = number(quality, "value");
        return new FrontPoint(
                name,
                of.hasNonNull("size") ? of.path("size").asLong() : null,
                megaMacs,
                memory,
                value,
                quality.path("low").asDouble(value == null ? 0 : value),
                quality.path("high").asDouble(value == null ? 0 : value),
                number(evaluation.path("agreement"), "value"),
                number(evaluation.path("latency"), "ratio"),
                targets);
    }

    private static @Nullable Double number(JsonNode node, String field) {
        return node.path(field).isNumber() ? node.path(field).asDouble() : null;
    }

    /** Name of the CPU that latency was measured on. */
    public static String machine(JsonNode comparison) {
        for (JsonNode variant : comparison.path("variants")) {
            String machine = variant.at("/evaluation/latency/machine").asText();
            if (!machine.isEmpty()) {
                return machine;
            }
        }
        return "the controller's machine";
    }
}

package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fleetfit.cli.page.FrontPoint;
import io.fleetfit.cli.page.FrontPoints;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A comparison of variants for people: the figures, the fronts by target, what was dropped why. */
final class ComparisonText {
    private final JsonNode comparison;
    private final PrintWriter out;
    private final int width;
    private final boolean wide;

    private ComparisonText(JsonNode comparison, OutputOptions output, PrintWriter out) {
        this.comparison = comparison;
        this.out = out;
        this.wide = output.isWide();
        this.width = wide ? Integer.MAX_VALUE : Surroundings.COLUMNS;
    }

    static void print(JsonNode comparison, OutputOptions output, PrintWriter out) {
        ComparisonText text = new ComparisonText(comparison, output, out);
        text.figures();
        text.search(comparison.path("search"));
        out.flush();
    }

    private void figures() {
        List<JsonNode> rows = new ArrayList<>();
        boolean measured = false;
        for (FrontPoint point : FrontPoints.of(comparison)) {
            measured |= point.ratio() != null;
            rows.add(ApiClient.object()
                    .put("name", point.name())
                    .put("size", point.size() == null ? Show.ABSENT : Show.bytes(point.size()))
                    .put("macs", figure(point.megaMacs(), "%.1f"))
                    .put("memory", point.memory() == null ? Show.ABSENT : Show.bytes(point.memory()))
                    .put("quality", quality(point))
                    .put("agreement", figure(point.agreement() == null ? null : point.agreement() * 100, "%.1f%%"))
                    .put("latency", figure(point.ratio(), "%.2f"))
                    .put("targets", point.targets().isEmpty() ? Show.ABSENT : point.targets()));
        }
        new Table()
                .column("VARIANT", it -> it.path("name").asText())
                .number("SIZE", it -> it.path("size").asText())
                .number("MMACS", it -> it.path("macs").asText())
                .number("MEMORY", it -> it.path("memory").asText())
                .column(
                        comparison.path("metric").asText().toUpperCase(Locale.ROOT) + " (95 %)",
                        it -> it.path("quality").asText())
                .number("AGREE", it -> it.path("agreement").asText())
                .number("LATENCY", it -> it.path("latency").asText())
                .wide("ON THE FRONT OF", it -> it.path("targets").asText())
                .print(rows, wide, Surroundings.COLUMNS, out);
        if (measured) {
            out.println();
            wrapped(
                    "",
                    "LATENCY is a ratio to the parent on one thread, measured on " + FrontPoints.machine(comparison)
                            + "; it says nothing of other machines.");
        }
    }

    private static String figure(@Nullable Double value, String format) {
        return value == null ? Show.ABSENT : Show.format(format, value);
    }

    private static String quality(FrontPoint point) {
        Double value = point.quality();
        if (value == null) {
            return Show.ABSENT;
        }
        return point.high() > point.low()
                ? Show.format("%.4f (%.3f-%.3f)", value, point.low(), point.high())
                : Show.format("%.4f", value);
    }

    private void search(JsonNode search) {
        out.println();
        if (search.isMissingNode()) {
            wrapped("", "No search for variants has been done yet; run: fleetfit model compress");
            return;
        }
        wrapped(
                "",
                Show.format(
                        "Judged on %d samples of %s; a drop of %.2f points is allowed. The search took %.0f s.%s",
                        search.at("/validation/count").asLong(),
                        search.at("/validation/name").asText(),
                        search.path("maxDrop").asDouble() * 100,
                        search.path("seconds").asDouble(),
                        search.hasNonNull("stopped")
                                ? " It ended early: " + search.path("stopped").asText() + "."
                                : ""));
        out.println();
        out.println("Fronts");
        for (JsonNode target : search.path("targets")) {
            String name = target.path("name").asText();
            String members = Show.pairs(search.path("fronts").path(name)).replace(",", ", ");
            String kernels =
                    target.path("kernels").asText().toLowerCase(Locale.ROOT).replace('_', '-');
            wrapped(
                    "  ",
                    name + " (" + kernels + (target.path("thisMachine").asBoolean() ? ", as this machine" : "") + "): "
                            + (members.equals(Show.ABSENT) ? "none" : members));
        }
        if (!search.path("dropped").isEmpty()) {
            out.println();
            out.println("Dropped");
        }
        for (JsonNode each : search.path("dropped")) {
            String where =
                    each.hasNonNull("target") ? " for " + each.path("target").asText() : "";
            wrapped(
                    "  ",
                    each.path("name").asText() + where + ": "
                            + each.path("reason").asText());
        }
    }

    private void wrapped(String indent, String text) {
        FitText.wrapped(text, indent, width, out);
    }
}

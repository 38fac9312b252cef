package io.fleetfit.cli.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of a version's variants as one HTML file: plots, the table that they show, the fronts, and what was dropped
 * why. It loads nothing, runs no script, and follows the reader's choice of light or dark.
 */
public final class FrontPage {
    private static final double SAME_MACS = 0.98;

    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: light-dark(#1c2330, #e4e8f0); --soft: light-dark(#5b6577, #9aa5b8);
              --line: light-dark(#dfe3ea, #333b4a); --back: light-dark(#ffffff, #151a22); --panel: light-dark(#f6f8fb, #1c222d);
              --mark: light-dark(#1f6feb, #6ea8ff); --gone: light-dark(#8a93a3, #788296); }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); margin: 0 auto;
              padding: 24px; max-width: 1500px; }
            h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 28px 0 8px; }
            p { margin: 4px 0; color: var(--soft); max-width: 90ch; }
            .both { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 560px), 1fr)); gap: 20px;
              align-items: start; margin-top: 16px; }
            figure { margin: 0 0 16px; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 8px; }
            figcaption { color: var(--soft); font-size: 13px; padding: 4px 8px; }
            svg { width: 100%; height: auto; display: block; }
            svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
            svg .tick, svg .faint { fill: var(--soft); } svg .title { font-size: 13px; fill: var(--soft); }
            svg .grid { stroke: var(--line); } svg .lead { stroke: var(--soft); stroke-width: .8; }
            svg .member circle { fill: var(--mark); fill-opacity: .3; stroke: var(--mark); stroke-width: 1.5; }
            svg .other circle { fill: none; stroke: var(--gone); stroke-width: 1.2; stroke-dasharray: 3 2; }
            svg .member .bar { stroke: var(--mark); stroke-width: 1.5; } svg .other .bar { stroke: var(--gone); }
            .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
            table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
            small { display: block; color: var(--soft); font-size: 11.5px; }
            th, td { padding: 5px 7px; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
            tr:last-child td { border-bottom: 0; }
            th { color: var(--soft); font-weight: 600; background: var(--panel); white-space: nowrap; }
            td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
            td.name { white-space: nowrap; font-weight: 600; } tr.other td { color: var(--soft); } tr.other td.name { font-weight: 400; }
            td.why { min-width: 34ch; }
            """;

    private final JsonNode comparison;
    private final List<FrontPoint> points;
    private final StringBuilder html = new StringBuilder();

    private FrontPage(JsonNode comparison) {
        this.comparison = comparison;
        this.points = FrontPoints.of(comparison);
    }

    /** The page of a comparison as the controller answers it. */
    public static String of(JsonNode comparison) {
        return new FrontPage(comparison).page();
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private String page() {
        String name = escape(comparison.path("model").asText() + "@"
                + comparison.path("version").asText());
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<title>")
                .append(name)
                .append(" · variants</title>\n<style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(name)
                .append(" · variants</h1>\n");
        facts();
        html.append("<div class=\"both\"><div>\n");
        plots();
        html.append("</div><div>\n");
        table();
        html.append("</div></div>\n");
        fronts();
        dropped();
        return html.append("</body></html>\n").toString();
    }

    private JsonNode search() {
        return comparison.path("search");
    }

    private void facts() {
        if (search().isMissingNode()) {
            paragraph("No search for variants has been done yet: fleetfit model compress.");
            return;
        }
        paragraph(String.format(
                Locale.ROOT,
                "Judged on %d samples of %s; a variant may lose %.2f points. The search took %.0f s.%s",
                search().at("/validation/count").asLong(),
                search().at("/validation/name").asText(),
                search().path("maxDrop").asDouble() * 100,
                search().path("seconds").asDouble(),
                search().hasNonNull("stopped")
                        ? " It ended early: " + search().path("stopped").asText() + "."
                        : ""));
    }

    private void paragraph(String text) {
        html.append("<p>").append(escape(text)).append("</p>\n");
    }

    private void plots() {
        String metric = escape(comparison.path("metric").asText());
        String machine = FrontPoints.machine(comparison);
        figure(
                FrontPlot.of(points, FrontPoint::ratio, "latency, as a ratio to the parent", metric),
                "Latency measured on " + machine + ", one thread; it says nothing of other machines.");
        double least = points.stream()
                .map(FrontPoint::megaMacs)
                .filter(macs -> macs != null)
                .mapToDouble(macs -> macs)
                .min()
                .orElse(0);
        double most = points.stream()
                .map(FrontPoint::megaMacs)
                .filter(macs -> macs != null)
                .mapToDouble(macs -> macs)
                .max()
                .orElse(0);
        boolean measured = points.stream().anyMatch(point -> point.ratio() != null);
        if (!measured || least < most * SAME_MACS) {
            figure(
                    FrontPlot.of(
                            points, FrontPoint::megaMacs, "multiply-accumulates of one inference, in millions", metric),
                    "Work of one inference, whatever the machine.");
        }
    }

    private void figure(String plot, String caption) {
        if (!plot.isEmpty()) {
            html.append("<figure>")
                    .append(plot)
                    .append("<figcaption>")
                    .append(escape(caption))
                    .append(
                            " The area of a mark is the size of the file; bars are intervals of 95 %. Filled marks are on the")
                    .append(" front of a target, dashed ones were dropped.</figcaption></figure>\n");
        }
    }

    private void table() {
        html.append("<div class=\"scroll\"><table><thead><tr><th>variant</th>");
        for (String title : List.of("size", "MMACs", "memory", "quality", "agreement", "latency")) {
            html.append("<th class=\"number\">").append(title).append("</th>");
        }
        html.append("<th>on the front of</th></tr></thead><tbody>\n");
        for (FrontPoint point : points) {
            html.append(point.isMember() ? "<tr>" : "<tr class=\"other\">");
            html.append("<td class=\"name\">").append(escape(point.name())).append("</td>");
            number(point.size() == null ? null : point.size() / 1e6, "%.2f MB");
            number(point.megaMacs(), "%.1f");
            number(point.memory() == null ? null : point.memory() / 1e6, "%.1f MB");
            html.append("<td class=\"number\">").append(quality(point)).append("</td>");
            number(point.agreement() == null ? null : point.agreement() * 100, "%.1f %%");
            number(point.ratio(), "%.2f ×");
            html.append("<td>")
                    .append(escape(point.targets().isEmpty() ? "–" : point.targets()))
                    .append("</td></tr>\n");
        }
        html.append("</tbody></table></div>\n");
    }

    private static String quality(FrontPoint point) {
        if (point.quality() == null) {
            return "–";
        }
        String value = String.format(Locale.ROOT, "%.4f", point.quality());
        return point.high() > point.low()
                ? value + String.format(Locale.ROOT, "<small>%.3f – %.3f</small>", point.low(), point.high())
                : value;
    }

    private void number(@Nullable Double value, String format) {
        html.append("<td class=\"number\">")
                .append(value == null ? "–" : String.format(Locale.ROOT, format, value))
                .append("</td>");
    }

    private void fronts() {
        if (search().path("targets").isEmpty()) {
            return;
        }
        html.append("<h2>Fronts</h2>\n<div class=\"scroll\"><table><thead><tr><th>target</th><th>kernels</th>")
                .append("<th>latency</th><th>members</th></tr></thead><tbody>\n");
        for (JsonNode target : search().path("targets")) {
            List<String> members = new ArrayList<>();
            search().path("fronts").path(target.path("name").asText()).forEach(member -> members.add(member.asText()));
            row(Map.of(
                    0,
                    target.path("name").asText(),
                    1,
                    target.path("kernels").asText().toLowerCase(Locale.ROOT).replace('_', '-'),
                    2,
                    target.path("thisMachine").asBoolean() ? "measured here counts" : "left to devices and cost model",
                    3,
                    members.isEmpty() ? "none" : String.join(", ", members)));
        }
        html.append("</tbody></table></div>\n");
    }

    private void dropped() {
        if (search().path("dropped").isEmpty()) {
            return;
        }
        html.append("<h2>Dropped</h2>\n<div class=\"scroll\"><table><thead><tr><th>candidate</th><th>target</th>")
                .append("<th>why</th></tr></thead><tbody>\n");
        for (JsonNode each : search().path("dropped")) {
            row(Map.of(
                    0, each.path("name").asText(),
                    1, each.path("target").asText("all"),
                    2, each.path("reason").asText()));
        }
        html.append("</tbody></table></div>\n");
    }

    private void row(Map<Integer, String> cells) {
        html.append("<tr>");
        for (int i = 0; i < cells.size(); i++) {
            String kind = i == 0 ? " class=\"name\"" : i == cells.size() - 1 ? " class=\"why\"" : "";
            html.append("<td")
                    .append(kind)
                    .append('>')
                    .append(escape(cells.getOrDefault(i, "")))
                    .append("</td>");
        }
        html.append("</tr>\n");
    }
}

package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A decision for people: the ranking, then every rejected variant with every reason. */
final class FitText {
    private FitText() {}

    static void print(String device, JsonNode decision, OutputOptions output, PrintWriter out) {
        JsonNode ranking = decision.path("ranking");
        JsonNode rejections = decision.path("rejections");
        if (ranking.isEmpty()) {
            out.println("No variant fits " + device + ".");
        } else {
            out.println(device + " gets " + Show.text(ranking, "0/variant"));
            out.println();
            output.print(decision, Show.list(decision, "ranking"), table(), out);
        }
        if (!rejections.isEmpty()) {
            out.println();
            out.println("Rejected");
        }
        for (JsonNode rejection : rejections) {
            out.println("  " + name(rejection));
            for (JsonNode reason : rejection.path("reasons")) {
                wrapped(
                        Show.text(reason, "text"),
                        "    - ",
                        output.isWide() ? Integer.MAX_VALUE : Surroundings.COLUMNS,
                        out);
            }
        }
        out.flush();
    }

    private static Table table() {
        return new Table()
                .column("VARIANT", FitText::name)
                .number("SCORE", it -> Show.number(it, "score", "%.2f"))
                .number("QUAL", it -> Show.number(it, "parts/quality", "%.0f"))
                .number("LAT", it -> Show.number(it, "parts/latencyHeadroom", "%.0f"))
                .number("MEM", it -> Show.number(it, "parts/memoryHeadroom", "%.0f"))
                .number("CHG", it -> Show.number(it, "parts/changeCost", "%.0f"))
                .number("P95", it -> millis(it, "latency/p95Millis"))
                .number("UPPER", it -> millis(it, "latency/upperMillis"))
                .column("FROM", it -> Show.text(it, "latency/source"))
                .number("MEMORY", it -> Show.bytes(it, "peakMemoryBytes"))
                .number("DOWNLOAD", it -> Show.bytes(it, "downloadBytes"));
    }

    private static String millis(JsonNode node, String path) {
        JsonNode value = node.at("/" + path);
        return value.isNumber() ? Show.format(value.asDouble() < 10 ? "%.2f" : "%.1f", value.asDouble()) : Show.ABSENT;
    }

    private static String name(JsonNode of) {
        String ref = Show.text(of, "variant");
        return ref.substring(ref.lastIndexOf('/') + 1);
    }

    /** A text broken between words; the first line begins with {@code lead}, the others are indented as much and more. */
    static void wrapped(String text, String lead, int width, PrintWriter out) {
        String indent = lead;
        String further = lead.isBlank() && !lead.isEmpty() ? lead + "  " : " ".repeat(lead.length());
        List<String> line = new ArrayList<>();
        int length = indent.length();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && length + word.length() + 1 > width) {
                out.println(indent + String.join(" ", line));
                indent = further;
                line.clear();
                length = indent.length();
            }
            line.add(word);
            length += word.length() + 1;
        }
        out.println(indent + String.join(" ", line));
    }
}

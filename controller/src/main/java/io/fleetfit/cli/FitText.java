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
            out.println();
            out.println("Latency, 95th percentile in ms, with the interval that holds 90 of 100");
            output.print(decision, Show.list(decision, "ranking"), latencyTable(), out);
        }
        if (!rejections.isEmpty()) {
            out.println();
            out.println("Rejected");
        }
        for (JsonNode rejection : rejections) {
            out.println("  " + name(rejection));
            for (JsonNode reason : rejection.path("reasons")) {
                wrapped(Show.text(reason, "text"), output.isWide() ? Integer.MAX_VALUE : Surroundings.COLUMNS, out);
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
                .number("MEMORY", it -> Show.bytes(it, "peakMemoryBytes"))
                .number("DOWNLOAD", it -> Show.bytes(it, "downloadBytes"));
    }

    private static Table latencyTable() {
        return new Table()
                .column("VARIANT", FitText::name)
                .number("P95", it -> millis(it, "latency/p95Millis"))
                .number("LOWER", it -> millis(it, "latency/lowerMillis"))
                .number("UPPER", it -> millis(it, "latency/upperMillis"))
                .column("FROM", it -> origin(Show.text(it, "latency/source")));
    }

    /** Where a figure comes from, in words; a name that this command does not know as it is. */
    private static String origin(String source) {
        return switch (source) {
            case "DEVICE" -> "measured here";
            case "PROFILE" -> "siblings: devices of its profile";
            case "SCALED" -> "transfer from what others measured";
            case "MODEL" -> "model: graph and declared rates";
            default -> source;
        };
    }

    private static String millis(JsonNode node, String path) {
        JsonNode value = node.at("/" + path);
        return value.isNumber() ? Show.format(value.asDouble() < 10 ? "%.2f" : "%.1f", value.asDouble()) : Show.ABSENT;
    }

    private static String name(JsonNode of) {
        String ref = Show.text(of, "variant");
        return ref.substring(ref.lastIndexOf('/') + 1);
    }

    /** A reason as an item of a list, broken between words. */
    private static void wrapped(String text, int width, PrintWriter out) {
        String indent = "    - ";
        List<String> line = new ArrayList<>();
        int length = indent.length();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && length + word.length() + 1 > width) {
                out.println(indent + String.join(" ", line));
                indent = "      ";
                line.clear();
                length = indent.length();
            }
            line.add(word);
            length += word.length() + 1;
        }
        out.println(indent + String.join(" ", line));
    }
}

package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fleetfit cost …}. */
@Command(
        name = "cost",
        description = "What variants cost on devices, and how well that was foreseen.",
        subcommands = {CostCommands.Report.class},
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit cost report", "  fleetfit cost report --model classifier"})
final class CostCommands extends GroupCommand {

    /** Reports on estimates. */
    @Command(
            name = "report",
            description = {
                "Compares the latency that decisions expected with what devices measured then, and",
                "lists devices that have become slower: fit them anew with a rollout."
            },
            footerHeading = "%nERROR is the median of the absolute error over the measured value, BIAS the%n"
                    + "median of the signed one, HELD the share of 90 %% intervals that held it.%n%nExamples:%n",
            footer = {"  fleetfit cost report", "  fleetfit cost report --profile raspberry-pi-5-8gb -o json"})
    static final class Report extends ApiCommand {
        @Option(names = "--model", paramLabel = "MODEL", description = "only this model")
        private @Nullable String model;

        @Option(names = "--profile", paramLabel = "PROFILE", description = "only devices of this profile")
        private @Nullable String profile;

        @Override
        int run(ApiClient api) {
            JsonNode report = api.get("cost/report" + query());
            List<JsonNode> proposals = Show.list(api.get("cost/proposals"), "proposals").stream()
                    .filter(this::isMeant)
                    .toList();
            if (!output().forPeople()) {
                ObjectNode answer = report.deepCopy();
                ArrayNode all = answer.putArray("proposals");
                proposals.forEach(all::add);
                output().print(answer, out());
                return ExitCodes.OK;
            }
            summary(report);
            if (!proposals.isEmpty()) {
                say("");
                say("Slower than they began: fit them anew");
                output().print(report, proposals, proposalTable(), out());
            }
            return ExitCodes.OK;
        }

        private void summary(JsonNode report) {
            if (report.path("total").path("checks").asInt() == 0) {
                say("No estimate has been measured yet (" + Show.text(report, "withoutEstimate")
                        + " figures without an estimate).");
                return;
            }
            List<JsonNode> rows = new ArrayList<>();
            add(rows, "profile", Show.list(report, "profiles"));
            add(rows, "model", Show.list(report, "models"));
            add(rows, "source", Show.list(report, "sources"));
            add(rows, "all", List.of(report.path("total")));
            output().print(report, rows, reportTable(), out());
        }

        private String query() {
            List<String> parts = new ArrayList<>();
            if (model != null) {
                parts.add("model=" + ApiClient.escape(model));
            }
            if (profile != null) {
                parts.add("profile=" + ApiClient.escape(profile));
            }
            return parts.isEmpty() ? "" : "?" + String.join("&", parts);
        }

        private boolean isMeant(JsonNode proposal) {
            String ofModel = Show.text(proposal, "variant");
            return (model == null || ofModel.startsWith(model + "@"))
                    && (profile == null || Show.text(proposal, "profile").equals(profile));
        }

        private static void add(List<JsonNode> rows, String kind, List<JsonNode> group) {
            for (JsonNode row : group) {
                ObjectNode named = row.deepCopy();
                rows.add(named.put("kind", kind));
            }
        }

        private static Table reportTable() {
            return new Table()
                    .column("BY", it -> Show.text(it, "kind"))
                    .column("NAME", it -> Show.text(it, "name"))
                    .number("CHECKS", it -> Show.text(it, "checks"))
                    .number("ERROR", it -> percent(it, "medianError"))
                    .number("BIAS", it -> percent(it, "bias"))
                    .number("HELD", it -> percent(it, "coverage"));
        }

        private static Table proposalTable() {
            return new Table()
                    .column("DEVICE", it -> Show.text(it, "deviceId"))
                    .column("VARIANT", it -> Show.text(it, "variant"))
                    .number("BEFORE", it -> Show.number(it, "beforeMillis", "%.2f ms"))
                    .number("NOW", it -> Show.number(it, "nowMillis", "%.2f ms"))
                    .column("FOUND", it -> Show.text(it, "at"))
                    .wide("PROFILE", it -> Show.text(it, "profile"));
        }

        private static String percent(JsonNode row, String field) {
            JsonNode value = row.path(field);
            return value.isNumber() ? Show.format("%.1f %%", value.asDouble() * 100) : Show.ABSENT;
        }
    }
}

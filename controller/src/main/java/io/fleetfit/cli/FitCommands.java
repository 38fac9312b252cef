package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit fit …}. */
@Command(
        name = "fit",
        description = "Which variant fits which device, and why.",
        subcommands = {FitCommands.Explain.class, FitCommands.Preview.class},
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit fit explain camera-7 classifier", "  fleetfit fit preview --deployment shop"})
final class FitCommands extends GroupCommand {

    private static CliFailure eitherOr(String field, @Nullable String model) {
        return CliFailure.badInput(
                field, model == null ? "" : model, "give either a model or --deployment NAME, not both and not none");
    }

    /** Explains one device. */
    @Command(
            name = "explain",
            description = {
                "Ranks the variants of a model for a device and says why the others do not fit.",
                "Without --deployment nothing but the device itself sets bounds."
            },
            footerHeading = "%nThe score weighs quality, latency, memory and cost of change (0 to 100 each).%n"
                    + "Latency is the 95th percentile with a 90 %% interval, whose upper end counts against%n"
                    + "budgets. It comes, best first, from the device itself, siblings of its profile,%n"
                    + "transfer from what others measured, or the cost model alone.%n%nExamples:%n",
            footer = {
                "  fleetfit fit explain camera-7 classifier",
                "  fleetfit fit explain camera-7 classifier@production",
                "  fleetfit fit explain camera-7 --deployment shop -o json"
            })
    static final class Explain extends ApiCommand {
        @Parameters(index = "0", paramLabel = "DEVICE", description = "id of the device")
        private String device;

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "MODEL[@REVISION]",
                description = "model with version or alias; else its newest version")
        private @Nullable String model;

        @Option(names = "--deployment", paramLabel = "NAME", description = "take model and policy from a deployment")
        private @Nullable String deployment;

        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("devices/" + ApiClient.escape(device) + "/fit?" + query(api));
            JsonNode decision = answer.path("decision").isObject() ? answer.path("decision") : answer;
            if (output().forPeople()) {
                FitText.print(device, decision, output(), out());
            } else {
                output().print(answer, out());
            }
            return decision.path("ranking").isEmpty() ? ExitCodes.NO_FIT : ExitCodes.OK;
        }

        private String query(ApiClient api) {
            if (deployment != null && model == null) {
                return "deployment=" + ApiClient.escape(deployment);
            }
            if (model == null || deployment != null) {
                throw eitherOr("MODEL", model);
            }
            Revision revision = Revision.parse("MODEL", model);
            return "model=" + ApiClient.escape(revision.model()) + "&revision="
                    + ApiClient.escape(revision.revisionOrNewest(api));
        }
    }

    /** Previews a fleet. */
    @Command(
            name = "preview",
            description = "Counts what a deployment would give to the whole fleet, and why some devices get nothing.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  fleetfit fit preview --deployment shop",
                "  fleetfit fit preview --model classifier@2 --selector site=north --max-p95 20"
            })
    static final class Preview extends ApiCommand {
        @Option(names = "--deployment", paramLabel = "NAME", description = "an existing deployment")
        private @Nullable String deployment;

        @Option(
                names = "--model",
                paramLabel = "MODEL[@REVISION]",
                description = "instead: this model, with the policy below")
        private @Nullable String model;

        @Option(names = "--selector", paramLabel = "TERMS", defaultValue = "", description = "devices; else all")
        private String selector;

        @Mixin
        private PolicyOptions policy;

        @Override
        int run(ApiClient api) {
            JsonNode answer = api.post("fit/preview", request(api));
            if (!output().forPeople()) {
                output().print(answer, out());
                return ExitCodes.OK;
            }
            long total = answer.path("total").asLong();
            long fits = 0;
            List<JsonNode> variants = Show.list(answer, "perVariant");
            for (JsonNode variant : variants) {
                fits += variant.path("devices").asLong();
            }
            say(total + " devices: " + fits + " get a variant, " + (total - fits) + " get nothing");
            if (!variants.isEmpty()) {
                say("");
                output().print(answer, variants, variantTable(total), out());
            }
            if (total > fits) {
                noFit(answer);
            }
            return ExitCodes.OK;
        }

        private ObjectNode request(ApiClient api) {
            if (deployment != null && model == null) {
                return ApiClient.object().put("deployment", deployment);
            }
            if (model == null || deployment != null) {
                throw eitherOr("--model", model);
            }
            return DeploymentCommands.wish(api, model, selector, policy);
        }

        private static Table variantTable(long total) {
            return new Table()
                    .column("VARIANT", it -> Show.text(it, "variant"))
                    .number("DEVICES", it -> Show.text(it, "devices"))
                    .number(
                            "SHARE",
                            it -> Show.format(
                                    "%.0f %%", 100.0 * it.path("devices").asLong() / Math.max(1, total)))
                    .column("PROFILES", it -> Show.pairs(it, "perProfile"));
        }

        private void noFit(JsonNode answer) {
            say("");
            say("Why nothing fits (a device counts for each of its reasons; BLOCKS: against");
            say("every variant)");
            Table table = new Table()
                    .column("REASON", it -> Show.text(it, "reason"))
                    .number("DEVICES", it -> Show.text(it, "devices"))
                    .number("BLOCKS", it -> Show.text(it, "blocking"))
                    .column("FOR EXAMPLE", it -> Show.text(it, "exampleDevice") + ": " + Show.text(it, "example"));
            output().print(answer, Show.list(answer, "noFit"), table, out());
        }
    }
}

package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Questions about rollouts: what one would do, what was, how two differ, who did what. */
final class RolloutInquiries {
    private RolloutInquiries() {}

    /** What a rollout would do. */
    @Command(
            name = "plan",
            description = "Shows what a rollout would do: who gets what in which wave, what does not fit and why, how"
                    + " many bytes, how long. Nothing moves.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout plan shop --dry-run", "  fleetfit rollout plan shop -f careful.yaml"})
    static final class Plan extends ApiCommand {
        @Parameters(paramLabel = "DEPLOYMENT", description = "deployment")
        private String deployment;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "plan to go by; else the deployment's own, or a standard one")
        private @Nullable Path file;

        @Option(names = "--dry-run", description = "only show it, which is what this command always does")
        @SuppressWarnings("UnusedVariable") // for the reader of a script
        private boolean dryRun;

        @Override
        int run(ApiClient api) {
            ObjectNode request = ApiClient.object().put("deployment", deployment);
            if (file != null) {
                request.set("plan", Documents.object("--file", file));
            }
            JsonNode answer = api.post("rollouts/plan", request);
            if (!output().forPeople()) {
                output().print(answer, out());
                return ExitCodes.OK;
            }
            say(deployment + " to version " + Show.text(answer, "version") + ": " + Show.text(answer, "eligible")
                    + " devices to update, " + Show.text(answer, "current") + " current, "
                    + Show.text(answer, "unfit") + " without a variant that fits");
            say("  " + Show.bytes(answer, "bytes") + " to move, at least " + seconds(answer) + " long");
            say("");
            Table table = new Table()
                    .number("WAVE", it -> Show.text(it, "number"))
                    .number("DEVICES", it -> Show.text(it, "devices"))
                    .number("BYTES", it -> Show.bytes(it, "bytes"))
                    .number("SOAK", it -> Show.text(it, "soakSeconds") + "s")
                    .column("VARIANTS", it -> Show.pairs(it, "perVariant").replaceAll("[^,@]*@", ""))
                    .column("PROFILES", it -> Show.pairs(it, "perProfile"));
            output().print(answer, Show.list(answer, "waves"), table, out());
            for (JsonNode reason : answer.at("/fit/noFit")) {
                say("  " + Show.text(reason, "devices") + " devices: " + Show.text(reason, "example"));
            }
            return ExitCodes.OK;
        }

        private static String seconds(JsonNode answer) {
            long seconds = answer.path("atLeastSeconds").asLong();
            return seconds < 120 ? seconds + " s" : seconds / 60 + " min";
        }
    }

    /** Rollouts of a deployment with what was done to them. */
    @Command(
            name = "history",
            description = "Shows the rollouts of a deployment and what was decided in them.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout history shop"})
    static final class History extends ApiCommand {
        @Parameters(paramLabel = "DEPLOYMENT", description = "deployment")
        private String deployment;

        @Override
        int run(ApiClient api) {
            JsonNode rollouts = api.get("rollouts?deployment=" + ApiClient.escape(deployment));
            JsonNode audit = api.get("audit?deployment=" + ApiClient.escape(deployment));
            if (!output().forPeople()) {
                ObjectNode both = ApiClient.object();
                both.set("rollouts", rollouts.path("rollouts"));
                both.set("entries", audit.path("entries"));
                output().print(both, out());
                return ExitCodes.OK;
            }
            output().print(rollouts, Show.list(rollouts, "rollouts"), RolloutCommands.table(this), out());
            say("");
            output().print(audit, Show.list(audit, "entries"), entries(this), out());
            return ExitCodes.OK;
        }
    }

    private static Table entries(ApiCommand command) {
        return new Table()
                .number("AGE", it -> Show.age(it, "at", command.clock()))
                .column("ROLLOUT", it -> Show.text(it, "rollout"))
                .column("WHO", it -> Show.text(it, "who"))
                .column("ACTION", it -> Show.text(it, "action"))
                .column("REASON", it -> Show.text(it, "reason"));
    }

    /** How two rollouts differ. */
    @Command(
            name = "diff",
            description = "Shows how a rollout differs from another: version, plan, policy.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout diff r-4", "  fleetfit rollout diff r-4 r-1"})
    static final class Diff extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ROLLOUT", description = "id of the rollout")
        private String id;

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "OTHER",
                description = "id of the one to compare with; else the one before it of the deployment")
        private @Nullable String other;

        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("rollouts/" + ApiClient.escape(id) + "/diff"
                    + (other == null ? "" : "?with=" + ApiClient.escape(other)));
            Changes.print(this, answer, Show.text(answer, "before"), Show.text(answer, "after"));
            return ExitCodes.OK;
        }
    }

    /** Who did what when and why. */
    @Command(
            name = "audit",
            description =
                    "Shows who did what when and why, with the evidence of the gates. -o json or yaml exports it.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout audit r-4", "  fleetfit rollout audit -o json > audit.json"})
    static final class Audit extends ApiCommand {
        @Parameters(arity = "0..1", paramLabel = "ROLLOUT", description = "id of the rollout; else all")
        private @Nullable String id;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "200",
                description = "newest entries; ${DEFAULT-VALUE} by default")
        private int limit;

        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("audit?limit=" + limit + (id == null ? "" : "&rollout=" + ApiClient.escape(id)));
            List<JsonNode> entries = Show.list(answer, "entries");
            output().print(answer, entries, entries(this), out());
            if (output().isWide()) {
                entries.forEach(entry -> entry.path("evidence").forEach(it -> say("  " + RolloutText.gate(it))));
            }
            return ExitCodes.OK;
        }
    }
}

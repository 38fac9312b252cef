package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fleetfit apply}: a deployment with its plan as a file that can live beside code. */
@Command(
        name = "apply",
        description = {
            "Makes a deployment what a file says; the same file once more changes nothing.",
            "",
            "The file (YAML or JSON) holds name, model, revision, selector, slot, policy and plan."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  fleetfit apply -f shop.yaml --dry-run",
            "  fleetfit apply -f shop.yaml --start",
            "",
            "  # shop.yaml",
            "  name: shop",
            "  model: classifier",
            "  revision: production",
            "  selector: site=north",
            "  policy: {maxP95Millis: 50, minQuality: 0.97}",
            "  plan:",
            "    waves:",
            "    - {count: 20, soak: 10m}",
            "    - {percent: 25, soak: 30m, approval: true}",
            "    gates:",
            "    - {kind: failures, tolerated: 0.05, minSamples: 20}",
            "    - {kind: silence, after: 3m}"
        })
final class ApplyCommand extends ApiCommand {
    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "the deployment")
    private Path file;

    @Option(names = "--dry-run", description = "only show what would change")
    private boolean dryRun;

    @Option(
            names = "--start",
            description = "then start a rollout, unless the newest one is for the same version by the same plan")
    private boolean start;

    @Override
    int run(ApiClient api) {
        ObjectNode wish = Documents.object("--file", file);
        String name = wish.path("name").asText("");
        if (name.isEmpty()) {
            throw CliFailure.badInput("--file", file.toString(), "has no 'name'; add the name of the deployment");
        }
        JsonNode answer = api.put("deployments/" + ApiClient.escape(name) + (dryRun ? "?dryRun=true" : ""), wish);
        if (!output().forPeople()) {
            output().print(answer, out());
        } else {
            String outcome = Show.text(answer, "outcome");
            say(name + ": " + (dryRun && !outcome.equals("unchanged") ? "would be " : "") + outcome);
            if (outcome.equals("changed")) {
                Changes.print(this, answer, "BEFORE", "AFTER");
            }
        }
        if (start && !dryRun) {
            start(api, name, answer.path("deployment"));
        }
        return ExitCodes.OK;
    }

    private void start(ApiClient api, String name, JsonNode deployment) {
        JsonNode newest = api.get("rollouts?limit=1&deployment=" + ApiClient.escape(name))
                .path("rollouts")
                .path(0);
        String version = api.post("rollouts/plan", ApiClient.object().put("deployment", name))
                .path("version")
                .asText();
        boolean same = newest.path("version").asText().equals(version)
                && !newest.path("state").asText().equals("ABORTED")
                && !newest.path("state").asText().equals("FAILED")
                && (!deployment.hasNonNull("plan") || planOf(api, newest).equals(deployment.path("plan")));
        if (same) {
            say("Nothing to start: " + newest.path("id").asText() + " is the rollout of version " + version);
            return;
        }
        JsonNode started = api.post("rollouts", ApiClient.object().put("deployment", name));
        say("Started " + started.path("id").asText());
    }

    private static JsonNode planOf(ApiClient api, JsonNode rollout) {
        return api.get("rollouts/" + ApiClient.escape(rollout.path("id").asText()) + "/plan")
                .path("plan");
    }
}

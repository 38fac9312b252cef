package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit deployment …}. */
@Command(
        name = "deployment",
        description = "Deployments: which devices shall run which model within which policy.",
        subcommands = {
            DeploymentCommands.Create.class,
            DeploymentCommands.ListDeployments.class,
            DeploymentCommands.ShowDeployment.class,
            DeploymentCommands.Delete.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit deployment list"})
final class DeploymentCommands extends GroupCommand {

    private static Table table(ApiCommand command) {
        return new Table()
                .column("NAME", it -> Show.text(it, "name"))
                .column("MODEL", it -> Show.text(it, "model") + "@" + Show.text(it, "revision"))
                .column("SELECTOR", it -> it.path("selector").asText("").isEmpty() ? "all" : Show.text(it, "selector"))
                .column("POLICY", it -> PolicyOptions.show(it.path("policy")))
                .wide("OBJECTIVE", it -> Show.text(it, "policy/objective"))
                .wide("SLOT", it -> Show.text(it, "slot"))
                .number("AGE", it -> Show.age(it, "createdAt", command.clock()));
    }

    /** The wish as the API takes it, without its name. */
    static ObjectNode wish(ApiClient api, String model, String selector, PolicyOptions policy) {
        Revision revision = Revision.parse("--model", model);
        return ApiClient.object()
                .put("selector", selector)
                .put("model", revision.model())
                .put("revision", revision.revisionOrNewest(api))
                .set("policy", policy.toJson());
    }

    /** Creates a deployment. */
    @Command(
            name = "create",
            description = "Creates a deployment. Nothing moves until a rollout is started.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  fleetfit deployment create shop --model classifier@production \\",
                "      --selector site=north --max-p95 50 --min-quality 0.97",
                "  fleetfit deployment create all --model classifier@2 \\",
                "      --max-metered-download 250kB --objective balanced"
            })
    static final class Create extends ApiCommand {
        @Parameters(paramLabel = "NAME", description = "name of the deployment")
        private String name;

        @Option(
                names = "--model",
                required = true,
                paramLabel = "MODEL[@REVISION]",
                description = "model with version or alias; else its newest version")
        private String model;

        @Option(names = "--selector", paramLabel = "TERMS", defaultValue = "", description = "devices; else all")
        private String selector;

        @Option(names = "--slot", paramLabel = "SLOT", description = "slot on the device; else the model's name")
        private @Nullable String slot;

        @Mixin
        private PolicyOptions policy;

        @Override
        int run(ApiClient api) {
            ObjectNode request = wish(api, model, selector, policy).put("name", name);
            if (slot != null) {
                request.put("slot", slot);
            }
            JsonNode answer = api.post("deployments", request);
            if (output().forPeople()) {
                say("Created the deployment " + name + "; see what it would do:");
                say("  fleetfit fit preview --deployment " + name);
            } else {
                output().print(answer, out());
            }
            return ExitCodes.OK;
        }
    }

    /** Lists deployments. */
    @Command(
            name = "list",
            description = "Lists all deployments.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit deployment list", "  fleetfit deployment list -o wide"})
    static final class ListDeployments extends ApiCommand {
        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("deployments");
            output().print(answer, Show.list(answer, "deployments"), table(this), out());
            return ExitCodes.OK;
        }
    }

    /** Shows a deployment. */
    @Command(
            name = "show",
            description = "Shows a deployment and its rollouts.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit deployment show shop"})
    static final class ShowDeployment extends ApiCommand {
        @Parameters(paramLabel = "NAME", description = "deployment")
        private String name;

        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("deployments/" + ApiClient.escape(name));
            if (!output().forPeople()) {
                output().print(answer, out());
                return ExitCodes.OK;
            }
            JsonNode deployment = answer.path("deployment").isObject() ? answer.path("deployment") : answer;
            say(Show.text(deployment, "name"));
            say("  model     " + Show.text(deployment, "model") + "@" + Show.text(deployment, "revision") + " in slot "
                    + Show.text(deployment, "slot"));
            say("  devices   "
                    + (deployment.path("selector").asText("").isEmpty() ? "all" : Show.text(deployment, "selector")));
            say("  policy    " + PolicyOptions.show(deployment.path("policy")));
            say("  prefers   " + Show.text(deployment, "policy/objective").toLowerCase(java.util.Locale.ROOT));
            JsonNode rollouts = api.get("rollouts?deployment=" + ApiClient.escape(name));
            List<JsonNode> rows = Show.list(rollouts, "rollouts");
            if (!rows.isEmpty()) {
                say("");
                output().print(rollouts, rows, RolloutCommands.table(this), out());
            }
            return ExitCodes.OK;
        }
    }

    /** Deletes a deployment. */
    @Command(
            name = "delete",
            description = "Deletes a deployment. Devices keep what they run.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit deployment delete shop"})
    static final class Delete extends ApiCommand {
        @Parameters(paramLabel = "NAME", description = "deployment")
        private String name;

        @Override
        int run(ApiClient api) {
            api.delete("deployments/" + ApiClient.escape(name));
            say("Deleted the deployment " + name);
            return ExitCodes.OK;
        }
    }
}

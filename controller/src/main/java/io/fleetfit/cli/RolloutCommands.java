package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit rollout …}. */
@Command(
        name = "rollout",
        description = "Rollouts: moving devices to what a deployment wants.",
        subcommands = {
            RolloutInquiries.Plan.class,
            RolloutCommands.Start.class,
            RolloutCommands.Status.class,
            RolloutOrders.Pause.class,
            RolloutOrders.Resume.class,
            RolloutOrders.Promote.class,
            RolloutOrders.Retry.class,
            RolloutCommands.Abort.class,
            RolloutInquiries.History.class,
            RolloutInquiries.Diff.class,
            RolloutInquiries.Audit.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit rollout start shop --watch", "  fleetfit rollout status"})
final class RolloutCommands extends GroupCommand {
    private static final Duration LOOK = Duration.ofMillis(500);

    static Table table(ApiCommand command) {
        return new Table()
                .column("ROLLOUT", it -> Show.text(it, "id"))
                .column("DEPLOYMENT", it -> Show.text(it, "deployment"))
                .column("VERSION", it -> Show.text(it, "version"))
                .column("STATE", it -> Show.text(it, "state"))
                .column("WAVE", RolloutText::wave)
                .column("DONE", RolloutText::done)
                .number("STARTED", it -> Show.age(it, "startedAt", command.clock()))
                .number("ENDED", it -> Show.age(it, "endedAt", command.clock()))
                .column("REASON", it -> Show.text(it, "reason"));
    }

    /** Shows a rollout once, or until it has ended; the exit code. */
    private static int follow(ApiCommand command, ApiClient api, String id, boolean watch) {
        JsonNode answer;
        String state;
        try (LiveBlock block =
                new LiveBlock(command.out(), command.surroundings().terminal())) {
            while (true) {
                answer = api.get("rollouts/" + ApiClient.escape(id));
                state = answer.at("/rollout/state").asText();
                if (watch && command.output().forPeople()) {
                    block.show(RolloutText.lines(answer.path("rollout")));
                }
                if (!watch || RolloutText.ended(state)) {
                    break;
                }
                Jobs.pause(LOOK);
            }
        }
        print(command, answer);
        return state.equals("FAILED") || state.equals("ABORTED") ? ExitCodes.ROLLOUT_FAILED : ExitCodes.OK;
    }

    private static void print(ApiCommand command, JsonNode answer) {
        if (!command.output().forPeople()) {
            command.output().print(answer, command.out());
            return;
        }
        RolloutText.lines(answer.path("rollout")).forEach(command::say);
        command.say("");
        Table table = new Table()
                .column("DEVICE", it -> Show.text(it, "deviceId"))
                .column("STATE", it -> Show.text(it, "state"))
                .column("VARIANT", it -> Show.afterModel(Show.text(it, "variant")))
                .column("BEFORE", it -> Show.afterModel(Show.text(it, "previous")))
                .column("ERROR", it -> error(it.path("error")))
                .wide("GENERATION", it -> Show.text(it, "generation"))
                .wide("PROFILE", it -> Show.text(it, "place/profile"))
                .number("WAVE", it -> Integer.toString(it.path("wave").asInt() + 1))
                .number("CHANGED", it -> Show.age(it, "updatedAt", command.clock()));
        command.output().print(answer, Show.list(answer, "updates"), table, command.out());
    }

    private static String error(JsonNode error) {
        return error.isObject() ? Show.text(error, "code") + ": " + Show.text(error, "message") : Show.ABSENT;
    }

    /** Starts a rollout. */
    @Command(
            name = "start",
            description = "Starts the rollout of a deployment.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout start shop", "  fleetfit rollout start shop -f careful.yaml --watch"})
    static final class Start extends ApiCommand {
        @Parameters(paramLabel = "DEPLOYMENT", description = "deployment")
        private String deployment;

        @Option(names = "--watch", description = "wait for its end; exit code 5 if it fails or is aborted")
        private boolean watch;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "plan to go by, YAML or JSON; else the deployment's own, or a standard one")
        private @Nullable Path file;

        @Override
        int run(ApiClient api) {
            ObjectNode request = ApiClient.object().put("deployment", deployment);
            if (file != null) {
                request.set("plan", Documents.object("--file", file));
            }
            JsonNode answer = api.post("rollouts", request);
            String id = answer.path("id").asText(answer.at("/rollout/id").asText());
            say("Started " + id);
            return follow(this, api, id, watch);
        }
    }

    /** Shows rollouts. */
    @Command(
            name = "status",
            description = "Shows a rollout with each device, or lists all rollouts.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  fleetfit rollout status",
                "  fleetfit rollout status r-3 --watch",
                "  fleetfit rollout status --deployment shop"
            })
    static final class Status extends ApiCommand {
        @Parameters(arity = "0..1", paramLabel = "ROLLOUT", description = "id of the rollout; else all are listed")
        private @Nullable String id;

        @Option(names = "--watch", description = "wait for its end; exit code 5 if it fails or is aborted")
        private boolean watch;

        @Option(names = "--deployment", paramLabel = "NAME", description = "list the rollouts of one deployment")
        private @Nullable String deployment;

        @Override
        int run(ApiClient api) {
            if (id != null) {
                return follow(this, api, id, watch);
            }
            if (watch) {
                throw CliFailure.badInput("--watch", "true", "name the rollout to watch, for example r-1");
            }
            JsonNode answer =
                    api.get("rollouts" + (deployment == null ? "" : "?deployment=" + ApiClient.escape(deployment)));
            output().print(answer, Show.list(answer, "rollouts"), table(this), out());
            return ExitCodes.OK;
        }
    }

    /** Aborts a rollout. */
    @Command(
            name = "abort",
            description = "Aborts a running rollout. Downloads under way are stopped.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout abort r-3 --keep", "  fleetfit rollout abort r-3 --revert --reason 'too slow'"
            })
    static final class Abort extends ApiCommand {
        /** What becomes of devices that are done. */
        enum Mode {
            keep,
            revert
        }

        @Parameters(paramLabel = "ROLLOUT", description = "id of the rollout")
        private String id;

        @Option(
                names = "--mode",
                paramLabel = "WHAT",
                defaultValue = "keep",
                description = "keep what devices have reached, or revert them to what they ran before")
        private Mode mode;

        @Option(names = "--keep", description = "the same as --mode keep")
        private boolean keep;

        @Option(names = "--revert", description = "the same as --mode revert")
        private boolean revert;

        @Option(names = "--reason", paramLabel = "TEXT", description = "why, for the audit")
        private @Nullable String reason;

        @Override
        int run(ApiClient api) {
            if (keep && revert) {
                throw CliFailure.badInput("--keep", "true", "does not go with --revert; give one of them");
            }
            Mode chosen = revert ? Mode.revert : keep ? Mode.keep : mode;
            ObjectNode request = ApiClient.object().put("mode", chosen.name().toUpperCase(Locale.ROOT));
            if (reason != null) {
                request.put("reason", reason);
            }
            JsonNode answer = api.post("rollouts/" + ApiClient.escape(id) + "/abort", request);
            if (output().forPeople()) {
                say("Aborting " + id + "; see: fleetfit rollout status " + id);
            } else {
                output().print(answer, out());
            }
            return ExitCodes.OK;
        }
    }
}

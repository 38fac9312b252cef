package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit rollout …}. */
@Command(
        name = "rollout",
        description = "Rollouts: moving devices to what a deployment wants.",
        subcommands = {RolloutCommands.Start.class, RolloutCommands.Status.class, RolloutCommands.Abort.class},
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
                .number("STARTED", it -> Show.age(it, "startedAt", command.clock()))
                .number("ENDED", it -> Show.age(it, "endedAt", command.clock()))
                .column("REASON", it -> Show.text(it, "reason"));
    }

    private static boolean ended(String state) {
        return switch (state) {
            case "SUCCEEDED", "FAILED", "ABORTED" -> true;
            default -> false;
        };
    }

    /** Shows a rollout once, or until it has ended; the exit code. */
    private static int follow(ApiCommand command, ApiClient api, String id, boolean watch) {
        JsonNode answer;
        String state;
        try (ProgressLine progress = command.progress()) {
            while (true) {
                answer = api.get("rollouts/" + ApiClient.escape(id));
                state = answer.at("/rollout/state").asText();
                if (!watch || ended(state)) {
                    break;
                }
                show(progress, answer, state);
                Jobs.pause(LOOK);
            }
        }
        print(command, answer);
        return state.equals("FAILED") || state.equals("ABORTED") ? ExitCodes.ROLLOUT_FAILED : ExitCodes.OK;
    }

    private static void show(ProgressLine progress, JsonNode answer, String state) {
        Map<String, Integer> counts = counts(answer);
        int all = answer.path("updates").size();
        int open = counts.getOrDefault("PENDING", 0) + counts.getOrDefault("UPDATING", 0);
        progress.show(state, all == 0 ? 0 : (double) (all - open) / all, words(counts));
    }

    private static Map<String, Integer> counts(JsonNode answer) {
        Map<String, Integer> counts = new TreeMap<>();
        answer.path("updates").forEach(it -> counts.merge(it.path("state").asText(), 1, Integer::sum));
        return counts;
    }

    private static String words(Map<String, Integer> counts) {
        List<String> words = new ArrayList<>();
        counts.forEach(
                (state, n) -> words.add(n + " " + state.toLowerCase(Locale.ROOT).replace('_', ' ')));
        return words.isEmpty() ? "no devices" : String.join(", ", words);
    }

    private static void print(ApiCommand command, JsonNode answer) {
        if (!command.output().forPeople()) {
            command.output().print(answer, command.out());
            return;
        }
        JsonNode rollout = answer.path("rollout");
        command.say(Show.text(rollout, "id") + "  " + Show.text(rollout, "deployment") + " to version "
                + Show.text(rollout, "version") + ": " + Show.text(rollout, "state") + ", "
                + words(counts(answer)));
        if (rollout.hasNonNull("reason")) {
            command.say("  " + Show.text(rollout, "reason"));
        }
        command.say("");
        Table table = new Table()
                .column("DEVICE", it -> Show.text(it, "deviceId"))
                .column("STATE", it -> Show.text(it, "state"))
                .column("VARIANT", it -> Show.afterModel(Show.text(it, "variant")))
                .column("BEFORE", it -> Show.afterModel(Show.text(it, "previous")))
                .column("ERROR", it -> error(it.path("error")))
                .wide("GENERATION", it -> Show.text(it, "generation"))
                .wide("WAVE", it -> Show.text(it, "wave"))
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
            footer = {"  fleetfit rollout start shop", "  fleetfit rollout start shop --watch"})
    static final class Start extends ApiCommand {
        @Parameters(paramLabel = "DEPLOYMENT", description = "deployment")
        private String deployment;

        @Option(names = "--watch", description = "wait for its end; exit code 5 if it fails or is aborted")
        private boolean watch;

        @Override
        int run(ApiClient api) {
            JsonNode answer = api.post("rollouts", ApiClient.object().put("deployment", deployment));
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
            footer = {"  fleetfit rollout abort r-3", "  fleetfit rollout abort r-3 --mode revert"})
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

        @Override
        int run(ApiClient api) {
            ObjectNode request = ApiClient.object().put("mode", mode.name().toUpperCase(Locale.ROOT));
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

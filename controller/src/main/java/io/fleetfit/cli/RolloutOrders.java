package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Orders to a rollout: {@code fleetfit rollout pause}, {@code resume}, {@code promote}, {@code retry}. */
final class RolloutOrders {
    private RolloutOrders() {}

    /** An order that needs no more than a reason. */
    abstract static class Order extends ApiCommand {
        @Parameters(paramLabel = "ROLLOUT", description = "id of the rollout")
        private String id;

        @Option(names = "--reason", paramLabel = "TEXT", description = "why, for the audit")
        private @Nullable String reason;

        abstract String name();

        abstract String done();

        @Override
        final int run(ApiClient api) {
            ObjectNode request = ApiClient.object();
            if (reason != null) {
                request.put("reason", reason);
            }
            JsonNode answer = api.post("rollouts/" + ApiClient.escape(id) + "/" + name(), request);
            if (output().forPeople()) {
                say(done() + " " + id + "; see: fleetfit rollout status " + id);
            } else {
                output().print(answer, out());
            }
            return ExitCodes.OK;
        }
    }

    /** Pauses a rollout. */
    @Command(
            name = "pause",
            description = "Asks no more devices until the rollout is resumed. What is under way goes on.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout pause r-3 --reason 'a fair is on'"})
    static final class Pause extends Order {
        @Override
        String name() {
            return "pause";
        }

        @Override
        String done() {
            return "Paused";
        }
    }

    /** Resumes a rollout. */
    @Command(
            name = "resume",
            description =
                    "Goes on with a paused rollout. Failures seen so far are acknowledged: they do not stop it again.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout resume r-3 --reason 'the two boards were broken'"})
    static final class Resume extends Order {
        @Override
        String name() {
            return "resume";
        }

        @Override
        String done() {
            return "Resumed";
        }
    }

    /** Promotes a rollout. */
    @Command(
            name = "promote",
            description = "Goes on where the rollout waits: for an approval, for the activation of what was staged,"
                    + " or in a wave that stays undecided.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout promote r-3"})
    static final class Promote extends Order {
        @Override
        String name() {
            return "promote";
        }

        @Override
        String done() {
            return "Promoted";
        }
    }

    /** Asks failed devices again. */
    @Command(
            name = "retry",
            description = "Asks the devices again that failed.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit rollout retry r-3"})
    static final class Retry extends Order {
        @Override
        String name() {
            return "retry";
        }

        @Override
        String done() {
            return "Retrying";
        }
    }
}

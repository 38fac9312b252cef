package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit telemetry …}. */
@Command(
        name = "telemetry",
        description = "What devices measured.",
        subcommands = {TelemetryCommands.ShowTelemetry.class},
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit telemetry show camera-7"})
final class TelemetryCommands extends GroupCommand {

    /** Shows a device's telemetry. */
    @Command(
            name = "show",
            description = "Shows the state of a device's board and the figures of each variant that it ran.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit telemetry show camera-7", "  fleetfit telemetry show camera-7 --since 7d -o json"})
    static final class ShowTelemetry extends ApiCommand {
        @Parameters(paramLabel = "DEVICE", description = "id of the device")
        private String device;

        @Option(
                names = "--since",
                paramLabel = "TIME",
                defaultValue = "1d",
                converter = TimeSpan.class,
                description = "how far back: 30m, 12h, 7d")
        private Duration since;

        @Override
        int run(ApiClient api) {
            String from = clock().instant().minus(since).toString();
            JsonNode answer =
                    api.get("devices/" + ApiClient.escape(device) + "/telemetry?since=" + ApiClient.escape(from));
            if (output().forPeople()) {
                system(answer.path("system"));
            }
            Table table = new Table()
                    .column("SLOT", it -> Show.text(it, "slot"))
                    .column("VARIANT", it -> Show.afterModel(Show.text(it, "variant")))
                    .number("INFERENCES", it -> Show.text(it, "inferences"))
                    .number("ERRORS", it -> Show.text(it, "errors"))
                    .number("P50 MS", it -> Show.number(it, "p50Millis", "%.2f"))
                    .number("P95 MS", it -> Show.number(it, "p95Millis", "%.2f"))
                    .number("P99 MS", it -> Show.number(it, "p99Millis", "%.2f"))
                    .column("CLASSES", it -> Show.pairs(it, "classes"))
                    .wide("PROVIDER", it -> Show.text(it, "provider"))
                    .wide("THREADS", it -> Show.text(it, "threads"))
                    .wide("FROM", it -> Show.text(it, "from"))
                    .wide("TO", it -> Show.text(it, "to"));
            output().print(answer, Show.list(answer, "slots"), table, out());
            return ExitCodes.OK;
        }

        private void system(JsonNode system) {
            if (!system.isObject()) {
                say(device + " has sent no telemetry yet");
                return;
            }
            String warm = system.hasNonNull("temperatureCelsius")
                    ? ", " + Show.number(system, "temperatureCelsius", "%.0f °C")
                    : "";
            String slow = system.path("throttled").asBoolean() ? ", throttled" : "";
            say(device);
            say("  agent  " + Show.bytes(system, "rssBytes") + ", "
                    + Show.number(system, "cpuPercent", "%.1f %% of a core"));
            say("  board  " + Show.bytes(system, "memoryAvailableBytes") + " memory and "
                    + Show.bytes(system, "storageFreeBytes") + " storage free" + warm + slow);
            say("");
        }
    }
}

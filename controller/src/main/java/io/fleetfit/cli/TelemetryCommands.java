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
                    .column("VARIANT", it -> Show.text(it, "variant"))
                    .number("INFERENCES", it -> Show.text(it, "inferences"))
                    .number("ERRORS", it -> Show.text(it, "errors"))
                    .number("P50 MS", it -> Show.number(it, "p50", "%.2f"))
                    .number("P95 MS", it -> Show.number(it, "p95", "%.2f"))
                    .number("P99 MS", it -> Show.number(it, "p99", "%.2f"))
                    .column("CLASSES", it -> Show.pairs(it, "classes"))
                    .wide("SLOT", it -> Show.text(it, "slot"))
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
            say(device + "  agent " + Show.bytes(system, "rssBytes") + " and "
                    + Show.number(system, "cpuPercent", "%.1f %% of a core") + ", board "
                    + Show.bytes(system, "memoryAvailableBytes") + " memory free" + warm + slow);
            say("");
        }
    }
}

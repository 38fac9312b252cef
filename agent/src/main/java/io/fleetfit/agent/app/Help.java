package io.fleetfit.agent.app;

import java.util.Map;
import java.util.TreeMap;

/** The text of {@code --help}. */
final class Help {
    private static final Map<String, String> MEANINGS = new TreeMap<>(Map.ofEntries(
            Map.entry("controller", "URL of the controller (required)"),
            Map.entry("data-dir", "folder of everything that the agent keeps (required)"),
            Map.entry("enrolment-token", "one-time token; needed until the device is enrolled"),
            Map.entry("device-id", "wished name of the device; the controller chooses one otherwise"),
            Map.entry("broker", "broker URL in place of the one named at enrolment"),
            Map.entry("tls.trusted-certificates", "PEM file to trust in place of the platform's certificates"),
            Map.entry("api.host", "loopback address of the local API (127.0.0.1)"),
            Map.entry("api.port", "port of the local API (8081); 0 takes a free one"),
            Map.entry("storage.quota", "most that model files may take, as 500MB (no limit)"),
            Map.entry("link.metered", "true when the link costs by the byte (false)"),
            Map.entry("telemetry.interval", "length of a telemetry window (60s)"),
            Map.entry("report.interval", "how often the progress of a download is reported (2s)")));

    private Help() {}

    static String text() {
        StringBuilder text = new StringBuilder("""
                fleetfit-agent runs models on this device as its controller decides.

                Usage: fleetfit-agent [--config FILE] [--KEY VALUE]...

                Keys, for the file (YAML), for flags, and as environment variables
                (FLEETFIT_AGENT_ and the key in capitals, '.' and '-' as '_'):

                """);
        for (String key : ConfigReader.keys()) {
            text.append(String.format("  %-26s %s%n", key, MEANINGS.getOrDefault(key, "")));
        }
        text.append("""

                In the file alone:
                  declared.…                 capabilities that replace those read off the machine
                  watch                      list of {folder, model, output}: files to infer, results as JSON lines

                Example:
                  fleetfit-agent --controller http://fleetfit.example:8080 --data-dir /var/lib/fleetfit \\
                      --enrolment-token fft_…

                Exit status: 0 ended as asked, 1 refused by the controller or data folder not usable,
                2 bad usage or configuration, 70 an error that the agent cannot go on from.""");
        return text.toString();
    }
}

package io.fleetfit.deploy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.fleetfit.deploy.process.ControllerClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Gathers what the controller knows of a device into a row of the report. */
final class DemoRow {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ControllerClient api;
    private final String device;

    private DemoRow(ControllerClient api, String device) {
        this.api = api;
        this.device = device;
    }

    /** Waits until the telemetry of {@code inferences} has come in. */
    static DemoReport.Row of(ControllerClient api, String device, double accuracy, int inferences) {
        DemoRow row = new DemoRow(api, device);
        JsonNode telemetry = row.awaitTelemetry(inferences);
        JsonNode shown = api.get("devices/" + device);
        JsonNode slot =
                shown.required("twin").required("reported").required("slots").get(0);
        return new DemoReport.Row(
                device,
                shown.required("device").required("profile").asText(),
                bare(slot.required("active").asText()),
                row.why(),
                slot.path("progress").path("bytesReceived").asLong(),
                slot.path("activationMillis").asLong(),
                telemetry.path("p50Millis").asDouble(),
                telemetry.path("p95Millis").asDouble(),
                accuracy);
    }

    private static String bare(String reference) {
        return reference.substring(reference.indexOf('/') + 1);
    }

    private JsonNode awaitTelemetry(int inferences) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            JsonNode slots = api.get("devices/" + device + "/telemetry").required("slots");
            for (JsonNode slot : slots) {
                if (slot.path("inferences").asLong() >= inferences) {
                    return slot;
                }
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("no telemetry of " + inferences + " inferences from " + device
                        + " came within " + PATIENCE.toSeconds() + " s: " + slots);
            }
            ControllerClient.pause(Duration.ofMillis(250));
        }
    }

    /** Why no variant of better quality: the first reason of each that was rejected. */
    private String why() {
        JsonNode decision = api.get("devices/" + device + "/fit?deployment=demo");
        List<String> reasons = new ArrayList<>();
        for (JsonNode rejection : decision.required("rejections")) {
            reasons.add("not " + bare(rejection.required("variant").asText()) + ": "
                    + rejection
                            .required("reasons")
                            .get(0)
                            .required("text")
                            .asText()
                            .replace("; ", ", "));
        }
        return reasons.isEmpty() ? "the best quality, and everything fits" : String.join("; ", reasons);
    }
}

package io.fleetfit.deploy.demo;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What the demo found.
 *
 * @param model full name of the model's version
 * @param images lines that each device classified
 * @param devices one row a device
 */
public record DemoReport(String model, int images, List<Row> devices) {
    /**
     * One device.
     *
     * @param device id
     * @param profile profile that the controller matched
     * @param variant variant that it runs
     * @param why why this one and not a better one
     * @param downloadedBytes bytes of chunks that it received
     * @param activeAfterMillis time from the receipt of the assignment to activation
     * @param p50Millis median latency of one inference on the device, from its telemetry
     * @param p95Millis 95th percentile of it
     * @param accuracy share of the lines whose direction it named rightly
     */
    public record Row(
            String device,
            String profile,
            String variant,
            String why,
            long downloadedBytes,
            long activeAfterMillis,
            double p50Millis,
            double p95Millis,
            double accuracy) {}

    public DemoReport {
        devices = List.copyOf(devices);
    }

    /** Whether every device runs and names at least this share of the lines rightly. */
    public boolean isGood(int expectedDevices, double leastAccuracy) {
        return devices.size() == expectedDevices && devices.stream().allMatch(row -> row.accuracy() >= leastAccuracy);
    }

    /** The table for a terminal of 80 columns. */
    public String table() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-13s %-20s %-13s %9s %7s %11s%n",
                "DEVICE",
                "PROFILE",
                "VARIANT",
                "DOWNLOAD",
                "ACTIVE",
                "P50/P95 ms"));
        for (Row row : devices) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-13s %-20s %-13s %6.0f kB %5.1f s %5.2f/%5.2f%n  accuracy %.1f %%, why: %s%n",
                    row.device(),
                    row.profile(),
                    row.variant(),
                    row.downloadedBytes() / 1000.0,
                    row.activeAfterMillis() / 1000.0,
                    row.p50Millis(),
                    row.p95Millis(),
                    row.accuracy() * 100,
                    row.why().replace("; ", "\n    and ")));
        }
        return text.toString();
    }

    /** Writes the report as JSON. */
    public void write(Path file) throws IOException {
        Files.write(
                file,
                JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsBytes(this));
    }
}

package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for jobs of the controller. */
final class Jobs {
    private static final Duration LOOK = Duration.ofMillis(200);

    private final ApiClient api;
    private final ProgressLine progress;

    Jobs(ApiClient api, ProgressLine progress) {
        this.api = api;
        this.progress = progress;
    }

    /** The result of the job that a request began; a job that fails ends the command. */
    JsonNode await(JsonNode begun) {
        JsonNode job = begun.path("job");
        String id = job.isTextual()
                ? job.asText()
                : job.path("id").asText(begun.path("id").asText());
        try {
            while (true) {
                JsonNode now = api.get("jobs/" + ApiClient.escape(id));
                switch (now.path("state").asText()) {
                    case "SUCCEEDED" -> {
                        return now.path("result");
                    }
                    case "FAILED" -> throw CliFailure.refused(failure(now));
                    case "CANCELLED" -> throw CliFailure.refused("the job was cancelled");
                    default ->
                        progress.show(
                                "Working",
                                now.path("progress").asDouble(),
                                now.path("message").asText());
                }
                pause(LOOK);
            }
        } finally {
            progress.close();
        }
    }

    private static String failure(JsonNode job) {
        String code = job.path("code").asText("");
        String message = "the job failed: " + Show.text(job, "message") + (code.isEmpty() ? "" : " [" + code + "]");
        return message.replaceAll("\\s*\\R\\s*", "; ");
    }

    /** Waits between two looks. */
    static void pause(Duration moment) {
        try {
            TimeUnit.MILLISECONDS.sleep(moment.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CliFailure.unreachable("interrupted");
        }
    }
}

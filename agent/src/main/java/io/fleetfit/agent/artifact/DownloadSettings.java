package io.fleetfit.agent.artifact;

import java.time.Duration;

/**
 * How a download behaves.
 *
 * @param windowChunks most chunks asked for and not yet here
 * @param batchChunks how many the window must have free before the next request; fewer only at the end
 * @param firstPatience silence after which everything outstanding is asked for again; doubles while silence lasts
 * @param maxPatience bound of the doubling
 * @param maxSilences unanswered requests in a row, while connected, after which the download fails
 * @param maxCorrupt times that one part may arrive with a wrong digest
 */
public record DownloadSettings(
        int windowChunks,
        int batchChunks,
        Duration firstPatience,
        Duration maxPatience,
        int maxSilences,
        int maxCorrupt) {
    /** For a device in the field: up to 20 unanswered requests over about nine minutes. */
    public static DownloadSettings standard() {
        return new DownloadSettings(128, 32, Duration.ofSeconds(2), Duration.ofSeconds(30), 20, 5);
    }
}

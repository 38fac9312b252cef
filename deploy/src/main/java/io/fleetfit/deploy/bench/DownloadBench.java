package io.fleetfit.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.fleetfit.deploy.process.AgentProcess;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.protocol.ContentDefinedChunker;
import io.fleetfit.protocol.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A model of 100 MB to one agent, from the first request to the last checked chunk on its disk, against a bare subscriber
 * of the HiveMQ client that receives the same chunks from the same broker and drops them. Both in turn, several rounds.
 */
public final class DownloadBench {
    private static final long BYTES = 100_000_000;
    private static final int ROUNDS = 5;

    private DownloadBench() {}

    /** Runs the bench; the last line is one JSON object. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        try (BenchFleet fleet = new BenchFleet();
                BareSubscriber bare = new BareSubscriber(fleet.api(), "bare")) {
            AgentProcess agent = fleet.start("agent");
            double[] agentRates = new double[ROUNDS];
            double[] bareRates = new double[ROUNDS];
            double[] cpu = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                Path file = fleet.work().resolve("big.onnx");
                BigModel.write(file, BYTES, round);
                String version = fleet.importModel(file, Optional.empty());
                JsonNode variant = fleet.api().get("models/bench/versions/" + version + "/variants/fp32");
                Digest blob = new Digest(variant.required("blob").asText());
                long size = variant.required("size").asLong();
                bareRates[round] = bare.receive(blob, chunks(fleet, version));
                // What was sent to another a moment ago counts as sent for all who listened then; the agent did not.
                ControllerClient.pause(Duration.ofSeconds(2));
                double cpuBefore = BenchFleet.cpuSeconds(agent.process().pid());
                String rollout = fleet.rollOut(version);
                fleet.awaitSuccess(rollout);
                cpu[round] = (BenchFleet.cpuSeconds(agent.process().pid()) - cpuBefore) / (size / 1e9);
                agentRates[round] = size / seconds(agent);
                System.out.printf(
                        Locale.ROOT,
                        "round %d: agent %.0f MB/s, bare %.0f MB/s, %.1f CPU s/GB with qualification%n",
                        round + 1,
                        agentRates[round] / 1e6,
                        bareRates[round] / 1e6,
                        cpu[round]);
            }
            double rate = median(agentRates);
            double baseline = median(bareRates);
            System.out.println(ControllerClient.object()
                    .put("bench", "download")
                    .put("blobBytes", BYTES)
                    .put("agentMegabytesPerSecond", rate / 1e6)
                    .put("bareMegabytesPerSecond", baseline / 1e6)
                    .put("ratio", rate / baseline)
                    .put("agentCpuSecondsPerGigabyte", median(cpu)));
        }
    }

    private static int chunks(BenchFleet fleet, String version) throws IOException {
        Path file = fleet.work().resolve("made.onnx");
        Files.write(file, fleet.api().bytes("models/bench/versions/" + version + "/variants/fp32/file"));
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return ContentDefinedChunker.index(in).chunks().size();
        }
    }

    /** Seconds between the last DOWNLOADING and the VERIFYING after it in the agent's log. */
    private static double seconds(AgentProcess agent) {
        Instant begin = Instant.EPOCH;
        Instant end = Instant.EPOCH;
        for (String line : agent.process().log().lines().toList()) {
            if (line.contains("state=DOWNLOADING")) {
                begin = time(line);
            } else if (line.contains("state=VERIFYING")) {
                end = time(line);
            }
        }
        return Duration.between(begin, end).toMillis() / 1e3;
    }

    private static Instant time(String line) {
        return Instant.parse(line.substring(0, line.indexOf(' ')) + "Z");
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}

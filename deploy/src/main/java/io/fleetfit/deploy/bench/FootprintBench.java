package io.fleetfit.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.fleetfit.deploy.demo.DemoPictures;
import io.fleetfit.deploy.process.AgentProcess;
import io.fleetfit.deploy.process.ControllerClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Memory and disk of an agent: idle, with the demo's model, after 10,000 inferences and after 50 swaps of the model. */
public final class FootprintBench {
    private static final int INFERENCES = 10_000;
    private static final int SWAPS = 50;

    private FootprintBench() {}

    /** Runs the bench; the last line is one JSON object. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        try (BenchFleet fleet = new BenchFleet()) {
            Path model = DemoPictures.model(fleet.work());
            Optional<JsonNode> contract = Optional.of(DemoPictures.contract());
            String first = fleet.importModel(model, contract);
            String second = fleet.importModel(model, contract);
            AgentProcess agent = fleet.start("agent");
            fleet.awaitOnline();
            ControllerClient.pause(Duration.ofSeconds(20));
            long idle = resident(agent);
            fleet.awaitSuccess(fleet.rollOut(first));
            List<byte[]> pictures = DemoPictures.pictures(100);
            classify(agent, pictures, 300);
            long loaded = resident(agent);
            classify(agent, pictures, INFERENCES);
            long afterInferences = resident(agent);
            System.out.printf("idle %d, loaded %d, after inferences %d%n", idle, loaded, afterInferences);
            fleet.awaitSuccess(fleet.rollOut(second));
            for (int i = 1; i < SWAPS; i++) {
                fleet.awaitSuccess(fleet.rollOutAgain(i % 2 == 0 ? second : first));
            }
            long afterSwaps = resident(agent);
            System.out.println(ControllerClient.object()
                    .put("bench", "agent-footprint")
                    .put("idleRssMegabytes", idle / 1e6)
                    .put("modelRssMegabytes", loaded / 1e6)
                    .put("after10000InferencesRssMegabytes", afterInferences / 1e6)
                    .put("after50SwapsRssMegabytes", afterSwaps / 1e6)
                    .put("distributionMegabytes", size(fleet.distributions().agentHome()) / 1e6));
        }
    }

    private static void classify(AgentProcess agent, List<byte[]> pictures, int count) {
        var client = agent.client();
        for (int i = 0; i < count; i++) {
            client.classify("bench", pictures.get(i % pictures.size()));
        }
    }

    private static long resident(AgentProcess agent) throws IOException {
        return BenchFleet.residentBytes(agent.process().pid());
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(FootprintBench::length)
                    .sum();
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

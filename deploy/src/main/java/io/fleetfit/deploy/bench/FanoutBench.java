package io.fleetfit.deploy.bench;

import io.fleetfit.deploy.process.ControllerClient;
import java.nio.file.Path;
import java.util.Optional;

/** A model of 100 MB to 50 agents at once: bytes that the controller hands to the broker, divided by the model's size. */
public final class FanoutBench {
    private static final long BYTES = 100_000_000;
    private static final int AGENTS = 50;

    private FanoutBench() {}

    /** Runs the bench; the last line is one JSON object. The first argument is another number of agents. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        int agents = args.length > 0 ? Integer.parseInt(args[0]) : AGENTS;
        try (BenchFleet fleet = new BenchFleet()) {
            for (int i = 0; i < agents; i++) {
                fleet.start("agent-" + i);
            }
            fleet.awaitOnline();
            System.out.println(agents + " agents are online");
            Path file = fleet.work().resolve("big.onnx");
            BigModel.write(file, BYTES, 1);
            String version = fleet.importModel(file, Optional.empty());
            long size = fleet.api()
                    .get("models/bench/versions/" + version + "/variants/fp32")
                    .required("size")
                    .asLong();
            long begin = System.nanoTime();
            fleet.awaitSuccess(fleet.rollOut(version));
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.println(ControllerClient.object()
                    .put("bench", "fanout")
                    .put("agents", agents)
                    .put("blobBytes", size)
                    .put("egressRatio", fleet.egressBytes() / size)
                    .put("seconds", seconds));
        }
    }
}

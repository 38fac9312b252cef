package io.fleetfit.deploy.bench;

import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.deploy.process.MqttProxy;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;

/**
 * A model to many agents at once: bytes that the controller hands to the broker, divided by the model's size. With a loss,
 * every agent misses that share of the chunks, each its own.
 */
public final class FanoutBench {
    private static final int MEGABYTE = 1_000_000;

    private FanoutBench() {}

    /** {@code AGENTS MEGABYTES LOSS}, 50, 100 and 0 if absent; LOSS in percent. The last line is one JSON object. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        int agents = args.length > 0 ? Integer.parseInt(args[0]) : 50;
        long bytes = (args.length > 1 ? Integer.parseInt(args[1]) : 100) * (long) MEGABYTE;
        double loss = args.length > 2 ? Double.parseDouble(args[2]) / 100 : 0;
        LongAdder lost = new LongAdder();
        try (MqttProxy proxy = MqttProxy.to(0);
                BenchFleet fleet = loss > 0 ? BenchFleet.behind(proxy) : new BenchFleet()) {
            Random random = new Random(1);
            proxy.onToDevice(packet -> {
                if (packet.chunk().isPresent() && random.nextDouble() < loss) {
                    lost.increment();
                    return packet.unrecognisable();
                }
                return packet;
            });
            for (int i = 0; i < agents; i++) {
                fleet.start("agent-" + i);
            }
            fleet.awaitOnline();
            System.out.println(agents + " agents are online");
            Path file = fleet.work().resolve("big.onnx");
            BigModel.write(file, bytes, 1);
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
                    .put("lossPercent", loss * 100)
                    .put("chunksLost", lost.sum())
                    .put("egressRatio", fleet.egressBytes() / size)
                    .put("seconds", seconds));
        }
    }
}

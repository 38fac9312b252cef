package io.fleetfit.deploy.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.agent.runtime.Frame;
import io.fleetfit.agent.runtime.LoadedModel;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.deploy.demo.DemoPictures;
import io.fleetfit.deploy.process.AgentClient;
import io.fleetfit.deploy.process.AgentProcess;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.protocol.ExecutionSettings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The agent's engine in the process, call by call beside a bare loop of ONNX Runtime with pinned buffers; then the local
 * API of an agent in its own process. Figures are medians over rounds; within a round the two take turns in being first.
 */
public final class InferBench {
    private static final long[] SHAPE = {1, 3, 48, 192};
    private static final int ELEMENTS = 3 * 48 * 192;
    private static final int ROUNDS = 15;
    private static final int CALLS = 1_000;
    private static final int API_CALLS = 1_000;

    private InferBench() {}

    /** Microseconds at the middle and at the 99th percentile. */
    private record Latency(double p50, double p99) {
        static Latency of(double[] micros) {
            double[] sorted = micros.clone();
            Arrays.sort(sorted);
            return new Latency(sorted[sorted.length / 2], sorted[sorted.length * 99 / 100]);
        }
    }

    /** One inference. */
    private interface Call {
        void run() throws Exception;
    }

    /** Runs the bench; the last line is one JSON object. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        Path model = DemoPictures.model(Path.of(System.getProperty("fleetfit.bench.work", ".")));
        Latency[][] rounds = inProcess(model);
        double[] p50 = new double[ROUNDS];
        double[] p99 = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            p50[i] = rounds[1][i].p50() / rounds[0][i].p50();
            p99[i] = rounds[1][i].p99() / rounds[0][i].p99();
        }
        double bare = median(Arrays.stream(rounds[0]).mapToDouble(Latency::p50).toArray());
        Latency api = localApi(model);
        System.out.println(ControllerClient.object()
                .put("bench", "infer")
                .put("rounds", ROUNDS)
                .put("callsPerRound", CALLS)
                .put("bareP50Micros", bare)
                .put(
                        "bareP99Micros",
                        median(Arrays.stream(rounds[0])
                                .mapToDouble(Latency::p99)
                                .toArray()))
                .put("ratioP50", median(p50))
                .put("ratioP99", median(p99))
                .put("localApiJsonP50Micros", api.p50())
                .put("localApiJsonP99Micros", api.p99())
                .put("localApiJsonRatioP50", api.p50() / bare));
    }

    private static Latency[][] inProcess(Path model) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        FloatBuffer output = direct(2);
        try (OrtSession.SessionOptions options = options();
                OrtSession session = environment.createSession(model.toString(), options);
                OnnxTensor x = OnnxTensor.createTensor(environment, direct(ELEMENTS), SHAPE);
                OnnxTensor y = OnnxTensor.createTensor(environment, output, new long[] {1, 2});
                LoadedModel loaded =
                        new OrtEngine().load(model, new ExecutionSettings(ExecutionSettings.CPU, 1, Map.of()));
                Frame frame = loaded.borrow(List.of(SHAPE))) {
            String in = session.getInputNames().iterator().next();
            String out = session.getOutputNames().iterator().next();
            Call bare = () -> session.run(Map.of(in, x), Map.of(out, y)).close();
            Latency[][] rounds = new Latency[2][ROUNDS];
            for (int round = -1; round < ROUNDS; round++) {
                double[][] micros = new double[2][CALLS];
                for (int i = 0; i < CALLS; i++) {
                    boolean bareFirst = i % 2 == 0;
                    micros[bareFirst ? 0 : 1][i] = micros(bareFirst ? bare : frame::run);
                    micros[bareFirst ? 1 : 0][i] = micros(bareFirst ? frame::run : bare);
                }
                if (round >= 0) {
                    rounds[0][round] = Latency.of(micros[0]);
                    rounds[1][round] = Latency.of(micros[1]);
                }
            }
            return rounds;
        }
    }

    /** Tensors as JSON, the protocol's plain form: 27,648 numbers of text a request. */
    private static Latency localApi(Path model) throws Exception {
        try (BenchFleet fleet = new BenchFleet()) {
            String version = fleet.importModel(model, Optional.empty());
            AgentProcess agent = fleet.start("agent");
            fleet.awaitOnline();
            fleet.awaitSuccess(fleet.rollOut(version));
            ObjectNode request = ControllerClient.object();
            ObjectNode tensor = request.putArray("inputs").addObject();
            tensor.put("name", "x").put("datatype", "FP32");
            ArrayNode shape = tensor.putArray("shape");
            Arrays.stream(SHAPE).forEach(shape::add);
            ArrayNode data = tensor.putArray("data");
            for (int i = 0; i < ELEMENTS; i++) {
                data.add(i % 255 / 255f);
            }
            AgentClient client = agent.client();
            double[] micros = new double[API_CALLS];
            for (int i = -API_CALLS / 2; i < API_CALLS; i++) {
                double taken = micros(() -> client.infer("bench", request));
                if (i >= 0) {
                    micros[i] = taken;
                }
            }
            return Latency.of(micros);
        }
    }

    private static double micros(Call call) throws Exception {
        long begin = System.nanoTime();
        call.run();
        return (System.nanoTime() - begin) / 1e3;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static OrtSession.SessionOptions options() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        return options;
    }

    private static FloatBuffer direct(int elements) {
        return ByteBuffer.allocateDirect(elements * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}

package io.fleetfit.deploy.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.fleetfit.agent.runtime.Frame;
import io.fleetfit.agent.runtime.LoadedModel;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.deploy.demo.DemoPictures;
import io.fleetfit.deploy.process.ControllerClient;
import io.fleetfit.protocol.ExecutionSettings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The agent's engine in the process against a bare loop of ONNX Runtime with pinned buffers, one after the other call by call. */
public final class InferBench {
    private static final long[] SHAPE = {1, 3, 48, 192};
    private static final int ELEMENTS = 3 * 48 * 192;
    private static final int WARM_UP = 500;
    private static final int CALLS = 5_000;

    private InferBench() {}

    /** Runs the bench; the last line is one JSON object. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        Path model = DemoPictures.model(Path.of(System.getProperty("fleetfit.bench.work", ".")));
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        ExecutionSettings settings = new ExecutionSettings(ExecutionSettings.CPU, 1, Map.of());
        FloatBuffer input = direct(ELEMENTS);
        FloatBuffer output = direct(2);
        double[] bare = new double[CALLS];
        double[] agent = new double[CALLS];
        try (OrtSession.SessionOptions options = options();
                OrtSession session = environment.createSession(model.toString(), options);
                OnnxTensor x = OnnxTensor.createTensor(environment, input, SHAPE);
                OnnxTensor y = OnnxTensor.createTensor(environment, output, new long[] {1, 2});
                LoadedModel loaded = new OrtEngine().load(model, settings);
                Frame frame = loaded.borrow(List.of(SHAPE))) {
            String in = session.getInputNames().iterator().next();
            String out = session.getOutputNames().iterator().next();
            for (int i = -WARM_UP; i < CALLS; i++) {
                long begin = System.nanoTime();
                session.run(Map.of(in, x), Map.of(out, y)).close();
                long between = System.nanoTime();
                frame.run();
                long end = System.nanoTime();
                if (i >= 0) {
                    bare[i] = (between - begin) / 1e3;
                    agent[i] = (end - between) / 1e3;
                }
            }
        }
        Arrays.sort(bare);
        Arrays.sort(agent);
        System.out.println(ControllerClient.object()
                .put("bench", "infer")
                .put("calls", CALLS)
                .put("bareP50Micros", bare[CALLS / 2])
                .put("agentP50Micros", agent[CALLS / 2])
                .put("ratioP50", agent[CALLS / 2] / bare[CALLS / 2])
                .put("bareP99Micros", bare[CALLS * 99 / 100])
                .put("agentP99Micros", agent[CALLS * 99 / 100])
                .put("ratioP99", agent[CALLS * 99 / 100] / bare[CALLS * 99 / 100]));
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

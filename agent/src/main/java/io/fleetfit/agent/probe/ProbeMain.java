package io.fleetfit.agent.probe;

import io.fleetfit.agent.isolate.ChildMain;
import io.fleetfit.agent.runtime.Frame;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.agent.runtime.LoadedModel;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.TensorSpec;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The child that measures: one case an order, until its orders end. */
public final class ProbeMain {
    private static final int WARM_UP = 2;
    private static final int LEAST_SAMPLES = 5;
    private static final int MOST_SAMPLES = 60;
    private static final long CASE_NANOS = 250_000_000;

    private ProbeMain() {}

    /** Takes orders from the standard input. */
    public static void main(String[] arguments) {
        ChildMain.run(ProbeMain::work);
    }

    /** An order: arch, whether 16-bit floats count, number of the case, provider, threads. */
    private static void work(DataInputStream in, DataOutputStream out) throws IOException {
        Path file = Files.createTempFile("probe", ".onnx");
        while (true) {
            String arch;
            try {
                arch = in.readUTF();
            } catch (EOFException e) {
                return;
            }
            List<ProbeCase> cases = new ProbeGraphs(arch).cases(in.readBoolean());
            ProbeCase probe = cases.get(in.readInt());
            ExecutionSettings settings = new ExecutionSettings(in.readUTF(), in.readInt(), Map.of());
            Files.write(file, probe.model().get());
            double[] rates = measure(file, settings, probe);
            out.writeInt(rates.length);
            for (double rate : rates) {
                out.writeDouble(rate);
            }
            out.flush();
        }
    }

    /** Rates of the samples in rising order; none where the provider does not run the graph. */
    private static double[] measure(Path file, ExecutionSettings settings, ProbeCase probe) {
        try (LoadedModel model = new OrtEngine().load(file, settings);
                Frame frame = model.borrow(
                        model.inputs().stream().map(ProbeMain::shape).toList())) {
            fill(frame.input(0));
            for (int i = 0; i < WARM_UP; i++) {
                frame.run();
            }
            double[] rates = new double[MOST_SAMPLES];
            int count = 0;
            long end = System.nanoTime() + CASE_NANOS;
            while (count < MOST_SAMPLES && (count < LEAST_SAMPLES || System.nanoTime() < end)) {
                long begin = System.nanoTime();
                frame.run();
                rates[count++] = probe.rate((double) (System.nanoTime() - begin));
            }
            double[] sorted = Arrays.copyOf(rates, count);
            Arrays.sort(sorted);
            return sorted;
        } catch (UpdateFailure | InferenceException e) {
            System.err.println("Error: " + probe.operator() + " " + probe.precision() + ": " + e.getMessage());
            return new double[0];
        }
    }

    private static long[] shape(TensorSpec spec) {
        return spec.shape().stream().mapToLong(Long::longValue).toArray();
    }

    private static void fill(ByteBuffer buffer) {
        for (int i = 0; buffer.hasRemaining(); i++) {
            buffer.putFloat((i % 17 - 8) * 0.1f);
        }
    }
}

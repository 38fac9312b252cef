package io.fleetfit.agent.qualify;

import io.fleetfit.agent.isolate.ChildMain;
import io.fleetfit.agent.onnx.OnnxGraph;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.agent.runtime.TrialOrder;
import io.fleetfit.agent.runtime.TrialRun;
import io.fleetfit.agent.runtime.Verdict;
import io.fleetfit.agent.telemetry.Memory;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Qualification.Outcome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The child that tries a variant. Answers, each a byte and its content: ready, loaded, verdict. */
public final class QualifyMain {
    static final int READY = 1;
    static final int LOADED = 2;
    static final int VERDICT = 3;

    private static final int OPSET = 13;

    private QualifyMain() {}

    /** Takes one order from the standard input; with the word {@code train} none. */
    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("train")) {
            ChildMain.run((in, out) -> train(out));
        } else {
            ChildMain.run(QualifyMain::work);
        }
    }

    /** Everything that takes time and needs no order comes before the order is read. */
    private static void work(DataInputStream in, DataOutputStream out) throws IOException {
        Verdict unused = warmUp();
        out.writeByte(READY);
        out.writeLong(Memory.residentBytes());
        out.flush();
        long timeoutMillis = in.readLong();
        TrialOrder order = OrderCodec.read(in);
        Verdict verdict = judge(order, Duration.ofMillis(timeoutMillis), out);
        out.writeByte(VERDICT);
        VerdictCodec.write(verdict, out);
        out.flush();
    }

    /** Does once all that a trial does, so that an archive of the classes can be made at its end. */
    private static void train(DataOutputStream out) throws IOException {
        Verdict verdict = warmUp();
        VerdictCodec.write(verdict, out);
        loaded(0, out);
    }

    /** Loads the runtime's library and its tables, and what Java compiles and loads on the way, by a trial of next to nothing. */
    private static Verdict warmUp() throws IOException {
        Path file = Files.write(
                Files.createTempFile("warm", ".onnx"),
                new OnnxGraph()
                        .input("x", OnnxGraph.Element.FLOAT, 1)
                        .output("y", OnnxGraph.Element.FLOAT, 1)
                        .node("Cos", List.of("x"), "y")
                        .model(OPSET));
        ExecutionSettings settings = new ExecutionSettings(ExecutionSettings.CPU, 1, Map.of());
        TrialOrder order = new TrialOrder(file, "warm", settings, Budget.none(), List.of(), List.of(), List.of(), null);
        return new TrialRun(new OrtEngine(), order, TrialRun.Watch.standard()).run();
    }

    private static Verdict judge(TrialOrder order, Duration timeout, DataOutputStream out) {
        try {
            return new TrialRun(new OrtEngine(), order, new TrialRun.Watch(timeout, millis -> loaded(millis, out)))
                    .run();
        } catch (OutOfMemoryError e) {
            return Verdict.failed(
                    Outcome.TOO_MUCH_MEMORY, order.name() + ": " + e.getMessage(), Verdict.Figures.none());
        }
    }

    private static void loaded(double millis, DataOutputStream out) {
        try {
            out.writeByte(LOADED);
            out.writeDouble(millis);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.fleetfit.agent.qualify;

import io.fleetfit.agent.isolate.ChildMain;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.agent.runtime.TrialOrder;
import io.fleetfit.agent.runtime.TrialRun;
import io.fleetfit.agent.runtime.Verdict;
import io.fleetfit.agent.telemetry.Memory;
import io.fleetfit.protocol.Qualification.Outcome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;

/** The child that tries a variant. Answers, each a byte and its content: ready, loaded, verdict. */
public final class QualifyMain {
    static final int READY = 1;
    static final int LOADED = 2;
    static final int VERDICT = 3;

    private QualifyMain() {}

    /** Takes one order from the standard input. */
    public static void main(String[] arguments) {
        ChildMain.run(QualifyMain::work);
    }

    /** Everything that takes time and needs no order comes before the order is read. */
    private static void work(DataInputStream in, DataOutputStream out) throws IOException {
        List<String> unused = OrtEngine.availableProviders();
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

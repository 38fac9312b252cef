package io.fleetfit.agent.qualify;

import io.fleetfit.agent.runtime.Verdict;
import io.fleetfit.protocol.Qualification.Outcome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A verdict on its way from the child. */
final class VerdictCodec {
    private static final int NONE = -1;
    private static final int LONGEST_MESSAGE = 4_000;

    private VerdictCodec() {}

    static void write(Verdict verdict, DataOutputStream out) throws IOException {
        String message = verdict.message();
        out.writeUTF(verdict.outcome().name());
        out.writeUTF(message.substring(0, Math.min(LONGEST_MESSAGE, message.length())));
        OrderCodec.number(verdict.needed(), out);
        OrderCodec.number(verdict.available(), out);
        Verdict.Figures figures = verdict.figures();
        out.writeInt(figures.threads() == null ? NONE : figures.threads());
        OrderCodec.number(figures.loadMillis(), out);
        out.writeInt(figures.runs());
        OrderCodec.number(figures.p50Millis(), out);
        OrderCodec.number(figures.p95Millis(), out);
        out.writeLong(figures.peakMemoryBytes() == null ? NONE : figures.peakMemoryBytes());
        OrderCodec.number(figures.maxAbsoluteError(), out);
        OrderCodec.number(figures.maxRelativeError(), out);
    }

    static Verdict read(DataInputStream in) throws IOException {
        Outcome outcome = Outcome.valueOf(in.readUTF());
        String message = in.readUTF();
        Double needed = OrderCodec.number(in);
        Double available = OrderCodec.number(in);
        int threads = in.readInt();
        Double load = OrderCodec.number(in);
        int runs = in.readInt();
        Double p50 = OrderCodec.number(in);
        Double p95 = OrderCodec.number(in);
        long peak = in.readLong();
        return new Verdict(
                outcome,
                message,
                needed,
                available,
                new Verdict.Figures(
                        threads == NONE ? null : threads,
                        load,
                        runs,
                        p50,
                        p95,
                        peak == NONE ? null : peak,
                        OrderCodec.number(in),
                        OrderCodec.number(in)));
    }
}

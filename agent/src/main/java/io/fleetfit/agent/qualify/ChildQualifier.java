package io.fleetfit.agent.qualify;

import io.fleetfit.agent.isolate.ChildProcess;
import io.fleetfit.agent.isolate.Launcher;
import io.fleetfit.agent.runtime.Qualifier;
import io.fleetfit.agent.runtime.TrialOrder;
import io.fleetfit.agent.runtime.Verdict;
import io.fleetfit.agent.runtime.Verdict.Figures;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.Qualification.Outcome;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tries variants in a child process. The child is started ahead, while the variant is on its way, and waits with ONNX
 * Runtime loaded; it is new for every trial.
 */
public final class ChildQualifier implements Qualifier {
    private static final System.Logger LOG = System.getLogger(ChildQualifier.class.getName());
    private static final Duration START = Duration.ofSeconds(60);
    /** How much later the child is killed than it stops a run itself. */
    private static final Duration GRACE = Duration.ofSeconds(5);
    /** What the Java machine may ask for beside the model: heap, code, classes, stacks. */
    private static final long OWN_DATA_BYTES = 192L << 20;

    private static final long SLACK_BYTES = 4L << 20;

    private final Launcher launcher;
    private final BoardMemory memory;
    private final Duration timeout;
    private @Nullable ChildProcess waiting;

    /**
     * Tries with children of this launcher.
     *
     * @param memory what the board has left
     * @param timeout after which a run is stopped
     */
    public ChildQualifier(Launcher launcher, BoardMemory memory, Duration timeout) {
        this.launcher = launcher;
        this.memory = memory;
        this.timeout = timeout;
    }

    @Override
    public void prepare() {
        if (waiting == null || !waiting.isAlive()) {
            rest();
            try {
                waiting = start();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "no child yet: {0}", e.getMessage()); // told when it is needed
            }
        }
    }

    private ChildProcess start() throws IOException {
        return launcher.start(QualifyMain.class.getName(), memory.availableBytes() + OWN_DATA_BYTES);
    }

    @Override
    public void rest() {
        ChildProcess before = waiting;
        waiting = null;
        if (before != null) {
            before.close();
        }
    }

    @Override
    public void close() {
        rest();
    }

    @Override
    public Qualification qualify(TrialOrder order) throws UpdateFailure {
        long begin = System.nanoTime();
        Verdict verdict = judge(order);
        return verdict.orFailure(order.settings().provider(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }

    private Verdict judge(TrialOrder order) {
        ChildProcess ready = waiting;
        waiting = null;
        try (ChildProcess child = ready != null && ready.isAlive() ? ready : start()) {
            return new Conversation(child, order).run();
        } catch (IOException e) {
            return Verdict.failed(
                    Outcome.CRASHED,
                    order.name() + ": no process for the trial: " + e.getMessage()
                            + "; set qualification.isolation to none where the system allows no other process",
                    Figures.none());
        }
    }

    /** One child and its order. */
    private final class Conversation {
        private final ChildProcess child;
        private final TrialOrder order;
        private final long allowance;
        private long base;
        private Figures figures = Figures.none();

        Conversation(ChildProcess child, TrialOrder order) {
            this.child = child;
            this.order = order;
            Long budget = order.budget().maxMemoryBytes();
            long left = memory.availableBytes();
            this.allowance = budget == null ? left : Math.min(budget, left);
        }

        Verdict run() {
            child.limit(Long.MAX_VALUE, START);
            try {
                child.answers().readByte(); // READY
                base = child.answers().readLong();
                child.limit(base + allowance + SLACK_BYTES, timeout.plus(GRACE));
                child.orders().writeLong(timeout.toMillis());
                OrderCodec.write(order, child.orders());
                child.orders().flush();
                return answer(child.answers());
            } catch (IOException e) {
                return ended();
            }
        }

        private Verdict answer(DataInputStream in) throws IOException {
            int kind = in.readByte();
            if (kind == QualifyMain.LOADED) {
                figures = new Figures(null, in.readDouble(), 0, null, null, null, null, null);
                kind = in.readByte();
            }
            if (kind != QualifyMain.VERDICT) {
                throw new IOException("the child answered " + kind);
            }
            return withMemory(VerdictCodec.read(in));
        }

        /** What ran out of memory says how much it had. */
        private Verdict withMemory(Verdict verdict) {
            if (verdict.outcome() != Outcome.TOO_MUCH_MEMORY || verdict.needed() != null) {
                return verdict;
            }
            return tooMuch(verdict.figures(), verdict.message());
        }

        private Verdict ended() {
            ChildProcess.Breach breach = child.breach();
            if (breach == ChildProcess.Breach.MEMORY) {
                return tooMuch(figures, order.name() + ": the trial was ended");
            }
            if (breach == ChildProcess.Breach.TIME) {
                return Verdict.failed(
                        Outcome.TIMED_OUT,
                        order.name() + ": the trial did not end within "
                                + timeout.plus(GRACE).toSeconds() + " s and was ended",
                        figures);
            }
            return Verdict.failed(
                    Outcome.CRASHED,
                    order.name() + ": the process of the trial died with status " + child.exitStatus() + ": "
                            + child.lastWords(),
                    figures);
        }

        private Verdict tooMuch(Figures so, String message) {
            long peak = Math.max(0, child.peakBytes() - base);
            return new Verdict(
                    Outcome.TOO_MUCH_MEMORY,
                    String.format(
                            Locale.ROOT,
                            "%s; it took %d bytes of memory and wanted more, there are %d",
                            message,
                            peak,
                            allowance),
                    (double) Math.max(peak, allowance),
                    (double) allowance,
                    so.peaked(peak));
        }
    }
}

package io.fleetfit.agent.probe;

import io.fleetfit.agent.isolate.ChildProcess;
import io.fleetfit.agent.isolate.Launcher;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ProbeReport;
import io.fleetfit.protocol.ProbeReport.ProbeRate;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of the micro-benchmark, case by case in a child process, with pauses while the board is busy or hot. */
final class ProbeRun {
    private static final System.Logger LOG = System.getLogger(ProbeRun.class.getName());
    private static final Duration MOST = Duration.ofSeconds(20);
    private static final Duration ONE_CASE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final long PAUSE_MILLIS = 500;
    private static final long DATA_BYTES = 512L << 20;
    private static final long RESIDENT_BYTES = 192L << 20;
    private static final double P5 = 0.05;
    private static final double P95 = 0.95;

    private final Launcher launcher;
    private final Board board;
    private final Capabilities capabilities;
    private final Clock clock;
    private final List<ProbeRate> rates = new ArrayList<>();
    private final PowerLog power;
    private @Nullable ChildProcess child;
    private long measuredNanos;
    private long pausedNanos;
    private boolean throttled;

    /** Others need the board for longer than a run waits, or it stays hot. */
    static final class BoardBusy extends IOException {
        private static final long serialVersionUID = 1L;

        BoardBusy() {
            super("the board was busy or hot for " + LONGEST_PAUSE.toMinutes() + " minutes");
        }
    }

    /** What a run asks of the board around it. */
    interface Board {
        /** Whether nothing is inferred and no update is under way. */
        boolean isIdle();

        /** Whether the board slows itself down; null where it does not tell. */
        @Nullable
        Boolean isThrottled();

        /** Memory that is left, in bytes. */
        long memoryAvailableBytes();

        /** Its disk. */
        StorageSpeed storage();

        /** Its sensor. */
        PowerSensor power();
    }

    ProbeRun(Launcher launcher, Board board, Capabilities capabilities, Clock clock) {
        this.launcher = launcher;
        this.board = board;
        this.capabilities = capabilities;
        this.clock = clock;
        this.power = new PowerLog(board.power());
    }

    /**
     * Runs.
     *
     * @throws IOException no child can be started
     * @throws BoardBusy others need the board for longer than a run waits
     * @throws InterruptedException the agent ends
     */
    ProbeReport run(ProbeReport.Cause cause, @Nullable Long request) throws IOException, InterruptedException {
        Instant at = clock.instant();
        long begin = System.nanoTime();
        awaitQuiet();
        long memory = board.memoryAvailableBytes();
        power.idle();
        boolean complete;
        try {
            complete = measureAll();
        } finally {
            power.close();
            closeChild();
        }
        StorageSpeed.Speeds disk = board.storage().measure();
        return new ProbeReport(
                UUID.randomUUID().toString(),
                cause,
                request,
                at,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
                TimeUnit.NANOSECONDS.toMillis(pausedNanos),
                complete,
                board.isThrottled() == null ? null : throttled,
                Fingerprints.of(capabilities),
                memory,
                disk.read().isPresent() ? disk.read().getAsDouble() : null,
                disk.write().isPresent() ? disk.write().getAsDouble() : null,
                power.figures(),
                rates);
    }

    private boolean measureAll() throws IOException, InterruptedException {
        boolean halves = capabilities.isaFeatures().contains("asimdhp")
                || capabilities.executionProviders().stream().anyMatch(provider -> !provider.startsWith("CPU"));
        List<ProbeCase> cases = new ProbeGraphs(capabilities.arch()).cases(halves);
        Set<Integer> threads = new LinkedHashSet<>(List.of(1, capabilities.cores()));
        for (String provider : capabilities.executionProviders()) {
            for (int count : threads) {
                for (int i = 0; i < cases.size(); i++) {
                    if (measuredNanos > MOST.toNanos()) {
                        return false;
                    }
                    awaitQuiet();
                    measure(cases.get(i), i, halves, provider, count);
                }
            }
        }
        return true;
    }

    private void measure(ProbeCase probe, int index, boolean halves, String provider, int threads) throws IOException {
        long begin = System.nanoTime();
        power.busy(threads > 1 || capabilities.cores() == 1);
        try {
            ChildProcess runs = child();
            runs.limit(RESIDENT_BYTES, ONE_CASE);
            DataOutputStream order = runs.orders();
            order.writeUTF(capabilities.arch());
            order.writeBoolean(halves);
            order.writeInt(index);
            order.writeUTF(provider);
            order.writeInt(threads);
            order.flush();
            double[] samples = new double[runs.answers().readInt()];
            for (int k = 0; k < samples.length; k++) {
                samples[k] = runs.answers().readDouble();
            }
            note(probe, provider, threads, samples);
        } catch (IOException e) {
            LOG.log(Level.INFO, "probe case {0} {1} left out: {2}", probe.operator(), probe.precision(), died());
            closeChild();
        } finally {
            power.busy(false);
            measuredNanos += System.nanoTime() - begin;
        }
    }

    private String died() {
        ChildProcess dead = child;
        return dead == null ? "there is no child" : dead.breach() + " " + dead.lastWords();
    }

    private void note(ProbeCase probe, String provider, int threads, double[] samples) {
        if (samples.length > 0) {
            rates.add(new ProbeRate(
                    probe.operator(),
                    probe.precision(),
                    provider,
                    threads,
                    probe.unit(),
                    samples[samples.length / 2],
                    samples[(int) (P5 * (samples.length - 1))],
                    samples[(int) Math.ceil(P95 * (samples.length - 1))],
                    samples.length));
        }
    }

    private ChildProcess child() throws IOException {
        ChildProcess runs = child;
        if (runs == null || !runs.isAlive()) {
            closeChild();
            runs = launcher.start(ProbeMain.class.getName(), DATA_BYTES);
            child = runs;
        }
        return runs;
    }

    private void closeChild() {
        ChildProcess before = child;
        child = null;
        if (before != null) {
            before.close();
        }
    }

    /** Waits while others need the board or it is too hot; what waits takes no memory. */
    private void awaitQuiet() throws BoardBusy, InterruptedException {
        if (isQuiet()) {
            return;
        }
        closeChild();
        long begin = System.nanoTime();
        do {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            if (System.nanoTime() - begin > LONGEST_PAUSE.toNanos()) {
                throw new BoardBusy();
            }
        } while (!isQuiet());
        pausedNanos += System.nanoTime() - begin;
    }

    private boolean isQuiet() {
        boolean hot = Boolean.TRUE.equals(board.isThrottled());
        throttled |= hot;
        return !hot && board.isIdle();
    }
}

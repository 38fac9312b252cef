package io.fleetfit.agent.probe;

import io.fleetfit.agent.isolate.Launcher;
import io.fleetfit.agent.telemetry.SystemProbe;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ProbeReport;
import io.fleetfit.protocol.ProbeReport.Cause;
import io.fleetfit.protocol.ProbeState;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs the micro-benchmark when it is due: none has run, the runtime or the CPU is another than at the last one, or the
 * controller asked. A run is written down before it begins, so that one that was killed counts; after three in a row it
 * is left be until it is asked again. Thread-safe.
 */
public final class Probe implements AutoCloseable {
    /** Runs in a row that may break off. */
    public static final int MAX_ATTEMPTS = 3;

    private static final System.Logger LOG = System.getLogger(Probe.class.getName());
    private static final String JOURNAL = "state.json";
    private static final Duration AFTER_TROUBLE = Duration.ofMinutes(1);
    private static final Duration UNTIL_IDLE = Duration.ofSeconds(1);

    private final Setup setup;
    private final ProbeJournal journal;
    private final Thread thread = new Thread(this::loop, "fleetfit-probe");
    private final Semaphore wakeUp = new Semaphore(0);
    private ProbeRecord record;
    private boolean closed;

    /**
     * What the probe works with.
     *
     * @param folder of its journal
     * @param root of the file system, {@code /} but in tests
     * @param launcher of the children that measure
     * @param capabilities of the board as of now
     * @param idle whether nothing is inferred and no update is under way
     * @param sink takes the report; when it returns the report is on disk
     * @param clock for people
     * @param delay from the start of the agent to the first run: a board that was just set up gets its work first
     */
    public record Setup(
            Path folder,
            Path root,
            Launcher launcher,
            BoardSource capabilities,
            BooleanSupplier idle,
            Consumer<ProbeReport> sink,
            Clock clock,
            Duration delay) {}

    /** Reads the capabilities of the board. */
    public interface BoardSource {
        /** Those of now. */
        Capabilities read() throws IOException;
    }

    /** A probe that has not begun. */
    public Probe(Setup setup) throws IOException {
        this.setup = setup;
        this.journal = new ProbeJournal(setup.folder().resolve(JOURNAL));
        this.record = journal.read();
        thread.setDaemon(true);
    }

    /** Begins to watch for what is due. */
    public void start() {
        thread.start();
    }

    /** The controller asks for probe {@code number}; one that was asked for before changes nothing. */
    public synchronized void request(long number) {
        if (number > record.requested()) {
            try {
                put(record.request(number));
                wakeUp.release();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "the request of a probe cannot be noted; it comes again: {0}", e.getMessage());
            }
        }
    }

    /** How it stands. */
    public synchronized ProbeState state() {
        return record.state();
    }

    private synchronized void put(ProbeRecord next) throws IOException {
        journal.write(next);
        record = next;
    }

    private void loop() {
        try {
            TimeUnit.NANOSECONDS.sleep(setup.delay().toNanos());
            while (!isClosed()) {
                boolean unused = wakeUp.tryAcquire(runIfDue().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            // the agent ends
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** How long to wait until it looks again. Waiting for the board to be idle is no attempt. */
    private Duration runIfDue() throws InterruptedException {
        try {
            Capabilities board = setup.capabilities().read();
            Cause cause = due(board);
            if (cause == null) {
                return AFTER_TROUBLE;
            }
            if (!setup.idle().getAsBoolean()) {
                return UNTIL_IDLE;
            }
            ProbeRecord before = state(ProbeRecord::begin);
            try {
                run(cause, board);
            } catch (ProbeRun.BoardBusy e) {
                LOG.log(Level.INFO, "the probe waits: {0}", e.getMessage());
                put(before);
            }
            return UNTIL_IDLE;
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "the probe broke off: {0}", e.toString());
            return AFTER_TROUBLE;
        }
    }

    /** Changes the record; what it was before. */
    private synchronized ProbeRecord state(UnaryOperator<ProbeRecord> change) throws IOException {
        ProbeRecord before = record;
        put(change.apply(before));
        return before;
    }

    private void run(Cause cause, Capabilities board) throws IOException, InterruptedException {
        ProbeRecord begun = state(UnaryOperator.identity());
        LOG.log(Level.INFO, "probe begins cause={0} attempt={1}", cause, begun.attempts());
        Long request = begun.requested() > begun.answered() ? begun.requested() : null;
        ProbeReport report = new ProbeRun(setup.launcher(), new RealBoard(), board, setup.clock()).run(cause, request);
        setup.sink().accept(report);
        ProbeRecord unused = state(now -> now.done(report.id(), report.at(), report.runtime(), begun.requested()));
        LOG.log(
                Level.INFO,
                "probe ended rates={0} millis={1} complete={2}",
                report.rates().size(),
                report.durationMillis(),
                report.complete());
    }

    private synchronized @Nullable Cause due(Capabilities board) throws IOException {
        boolean asked = record.requested() > record.answered();
        if (record.attempts() >= MAX_ATTEMPTS) {
            if (asked) {
                LOG.log(Level.WARNING, "the probe broke off {0} times and is left be", record.attempts());
                put(record.givenUp());
            }
            return null;
        }
        if (asked) {
            return Cause.REQUEST;
        }
        if (record.last() == null) {
            return Cause.ENROLMENT;
        }
        return Fingerprints.of(board).equals(record.runtime()) ? null : Cause.RUNTIME_CHANGED;
    }

    /** Ends a run that is under way; it is tried again at the next start. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The board of the setup. */
    private final class RealBoard implements ProbeRun.Board {
        private final SystemProbe system = new SystemProbe(setup.root(), setup.folder());

        @Override
        public boolean isIdle() {
            return setup.idle().getAsBoolean();
        }

        @Override
        public @Nullable Boolean isThrottled() {
            return system.read().throttled();
        }

        @Override
        public long memoryAvailableBytes() {
            return system.read().memoryAvailableBytes();
        }

        @Override
        public StorageSpeed storage() {
            return new StorageSpeed(setup.folder());
        }

        @Override
        public PowerSensor power() {
            return new PowerSensor(setup.root());
        }
    }
}

package io.fleetfit.agent.app;

import io.fleetfit.agent.update.UpdateMachine;
import java.lang.System.Logger.Level;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The one thread that drives the update machine: after every message, every wake-up, and when the machine asks for it. */
final class UpdateLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UpdateLoop.class.getName());
    private static final long AFTER_TROUBLE_NANOS = 5_000_000_000L;

    private final UpdateMachine machine;
    private final LinkedBlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Thread thread = new Thread(this::run, "fleetfit-update");
    private volatile boolean closed;

    UpdateLoop(UpdateMachine machine) {
        this.machine = machine;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Runs a task on the machine's thread, then lets the machine advance. */
    void execute(Runnable task) {
        inbox.add(task);
    }

    /** Lets the machine advance soon. */
    void wake() {
        if (woken.compareAndSet(false, true)) {
            inbox.add(() -> {});
        }
    }

    private void run() {
        while (!closed) {
            try {
                Runnable task = inbox.poll(advance(), TimeUnit.NANOSECONDS);
                woken.set(false);
                while (task != null) {
                    task.run();
                    task = inbox.poll();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a desired state could not be handled", e);
            }
        }
    }

    private long advance() {
        try {
            return machine.advance();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the update machine stumbled; it tries again", e);
            return AFTER_TROUBLE_NANOS;
        }
    }

    /** Ends after the step under way; a trial that runs is given a few seconds. */
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.fleetfit.compress;

import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A job that waits or runs. */
final class RunningJob implements JobContext {
    /** Takes progress. */
    @FunctionalInterface
    interface Report {
        void at(String id, double share, String message);
    }

    private final String id;
    private final Path folder;
    private final Report report;
    private final Jobs.Watcher watcher;
    private final Set<Digest> held = ConcurrentHashMap.newKeySet();
    private final Set<Thread> breakable = new HashSet<>();
    private boolean cancelled;
    private boolean stopped;

    RunningJob(String id, Path folder, Report report, Jobs.Watcher watcher) {
        this.id = id;
        this.folder = folder;
        this.report = report;
        this.watcher = watcher;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public void at(double share, String message) {
        report.at(id, share, message);
    }

    @Override
    public void hold(Digest blob) {
        held.add(blob);
    }

    Set<Digest> held() {
        return held;
    }

    @Override
    public void emit(String topic, Map<String, ?> data) {
        watcher.happened(topic, data);
    }

    /** The user wants no more of it. */
    void cancel() {
        synchronized (breakable) {
            cancelled = true;
            breakable.forEach(Thread::interrupt);
        }
    }

    /** The controller stops. */
    void stop() {
        synchronized (breakable) {
            stopped = true;
            breakable.forEach(Thread::interrupt);
        }
    }

    boolean isCancelled() {
        synchronized (breakable) {
            return cancelled;
        }
    }

    @Override
    public void checkpoint() {
        synchronized (breakable) {
            if (cancelled || stopped) {
                throw new Jobs.Broken();
            }
        }
    }

    @Override
    public <T> T breakable(Breakable<T> work) throws ModelRefused, IOException {
        synchronized (breakable) {
            checkpoint();
            breakable.add(Thread.currentThread());
        }
        try {
            T result = work.run();
            leave();
            return result;
        } catch (ModelRefused | IOException | RuntimeException | Error e) {
            // Whatever the work threw because it was broken off: leaving says why.
            leave();
            throw e;
        }
    }

    private void leave() {
        synchronized (breakable) {
            breakable.remove(Thread.currentThread());
            // The interrupt was for the work alone.
            var unused = Thread.interrupted();
            checkpoint();
        }
    }
}

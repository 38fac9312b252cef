package io.fleetfit.agent.isolate;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.TimeUnit;

/** Reads a stream ahead on a thread of its own, so that its end is seen while nobody reads. */
final class OrderPipe {
    private static final int BUFFER = 1 << 16;

    private final InputStream source;
    private final PipedInputStream orders = new PipedInputStream(BUFFER);
    private volatile boolean begun;

    OrderPipe(InputStream source) {
        this.source = source;
    }

    InputStream orders() {
        return orders;
    }

    /**
     * Begins to read.
     *
     * @param ended called when the source ends, or nothing came for {@code idleNanos}
     */
    void start(Runnable ended, long idleNanos) {
        daemon("fleetfit-orders", () -> copy(ended)).start();
        daemon("fleetfit-idle", () -> endIfIdle(ended, idleNanos)).start();
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void copy(Runnable ended) {
        try (PipedOutputStream out = new PipedOutputStream(orders)) {
            byte[] buffer = new byte[BUFFER / 2];
            int count = source.read(buffer);
            while (count >= 0) {
                begun = true;
                out.write(buffer, 0, count);
                out.flush();
                count = source.read(buffer);
            }
        } catch (IOException e) {
            // as good as its end
        }
        ended.run();
    }

    private void endIfIdle(Runnable ended, long idleNanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(idleNanos);
        } catch (InterruptedException e) {
            return;
        }
        if (!begun) {
            ended.run();
        }
    }
}

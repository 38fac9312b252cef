package io.fleetfit.mqtt;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Single-threaded workers with bounded queues; work of the same key runs in order. */
final class Lines implements AutoCloseable {
    private final List<ThreadPoolExecutor> workers;

    Lines(String name, int count, int waiting) {
        workers = IntStream.range(0, count)
                .mapToObj(number ->
                        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting), work -> {
                            Thread thread = new Thread(work, name + "-" + number);
                            thread.setDaemon(true);
                            return thread;
                        }))
                .toList();
    }

    /** Puts work in line; false when the line is full or closed. */
    boolean run(String key, Runnable work) {
        try {
            workers.get(Math.floorMod(key.hashCode(), workers.size())).execute(work);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Override
    public void close() {
        workers.forEach(ThreadPoolExecutor::shutdownNow);
        for (ThreadPoolExecutor worker : workers) {
            try {
                // What runs now may be in the middle of a transaction.
                worker.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

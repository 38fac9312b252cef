package io.fleetfit.worker;

import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/**
 * Tells the parent process that a long work goes on: a file that is written anew, at most once a second. Work on a large
 * data set may take hours; what takes long without a beat hangs.
 */
final class Heartbeat implements Runnable {
    private static final long EVERY = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private long last = System.nanoTime();

    /** Beats by writing this file. */
    Heartbeat(Path file) {
        this.file = file;
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        if (now - last >= EVERY) {
            last = now;
            try {
                Files.write(file, new byte[0]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The same samples, with a beat for each. */
    Samples over(Samples samples) {
        return new Samples() {
            @Override
            public int count() {
                return samples.count();
            }

            @Override
            public Digest digest() {
                return samples.digest();
            }

            @Override
            public Iterator<Sample> iterator() {
                Iterator<Sample> inner = samples.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return inner.hasNext();
                    }

                    @Override
                    public Sample next() {
                        run();
                        return inner.next();
                    }
                };
            }
        };
    }
}

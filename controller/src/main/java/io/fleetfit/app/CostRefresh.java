package io.fleetfit.app;

import io.fleetfit.cost.CostBook;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the cost model learn in the background: what came in a while is learned at once. */
final class CostRefresh implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CostRefresh.class);
    private static final Duration EVERY = Duration.ofSeconds(20);

    private final CostBook book;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "cost-model");
        made.setDaemon(true);
        return made;
    });

    CostRefresh(CostBook book) {
        this.book = book;
    }

    void start() {
        var unused = thread.scheduleWithFixedDelay(this::refresh, 0, EVERY.toSeconds(), TimeUnit.SECONDS);
    }

    private void refresh() {
        try {
            book.refresh();
        } catch (RuntimeException e) {
            book.changed();
            LOG.warn("the cost model could not learn; next try in {} seconds", EVERY.toSeconds(), e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

package io.fleetfit.app;

import io.fleetfit.registry.GarbageCollector;
import io.fleetfit.registry.UploadSessions;
import io.fleetfit.telemetry.TelemetryStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what nobody needs any more: abandoned uploads, files that nothing names, old telemetry; sums up what is a day old. */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final Duration EVERY = Duration.ofHours(1);

    /** Telemetry is kept batch by batch for so long, and by the hour after. */
    private static final Duration IN_DETAIL = Duration.ofDays(1);

    private final GarbageCollector garbage;
    private final UploadSessions uploads;
    private final TelemetryStore telemetry;
    private final Duration retention;
    private final Clock clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "housekeeping");
        made.setDaemon(true);
        return made;
    });

    Housekeeping(
            GarbageCollector garbage,
            UploadSessions uploads,
            TelemetryStore telemetry,
            Duration retention,
            Clock clock) {
        this.garbage = garbage;
        this.uploads = uploads;
        this.telemetry = telemetry;
        this.retention = retention;
        this.clock = clock;
    }

    void start() {
        var unused = thread.scheduleWithFixedDelay(this::clean, 1, EVERY.toMinutes(), TimeUnit.MINUTES);
    }

    private void clean() {
        try {
            uploads.expire();
            GarbageCollector.Collected collected = garbage.collect();
            telemetry.sumUpBefore(clock.instant().minus(IN_DETAIL));
            long batches = telemetry.deleteBefore(clock.instant().minus(retention));
            if (collected.removed() > 0 || batches > 0) {
                LOG.info(
                        "removed {} files of {} bytes and {} telemetry batches",
                        collected.removed(),
                        collected.removedBytes(),
                        batches);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("could not clean up; next try in {} minutes", EVERY.toMinutes(), e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

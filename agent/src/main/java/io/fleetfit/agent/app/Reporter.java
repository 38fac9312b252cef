package io.fleetfit.agent.app;

import io.fleetfit.agent.update.UpdateReport;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.UpdateState;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Tells the controller what the update machine does: every change at once, progress from time to time. Thread-safe. */
final class Reporter {
    private final String deviceId;
    private final String bootId;
    private final Clock clock;
    private final Supplier<UpdateReport> source;
    private final Predicate<byte[]> publish;
    private final AtomicLong sequence = new AtomicLong();

    Reporter(String deviceId, String bootId, Clock clock, Supplier<UpdateReport> source, Predicate<byte[]> publish) {
        this.deviceId = deviceId;
        this.bootId = bootId;
        this.clock = clock;
        this.source = source;
        this.publish = publish;
    }

    /** What holds now, as the next report. */
    synchronized ReportedState next() {
        UpdateReport report = source.get();
        return new ReportedState(
                Protocol.VERSION,
                deviceId,
                bootId,
                sequence.incrementAndGet(),
                clock.instant(),
                report.generation(),
                report.slots(),
                report.refused());
    }

    /** Publishes what holds now; hello brings it when the link is down. */
    synchronized void changed() {
        boolean unused = publish.test(JsonCodec.encode(next()));
    }

    /** Publishes progress if something is being downloaded. */
    void progress() {
        if (source.get().slots().stream().anyMatch(slot -> slot.state() == UpdateState.DOWNLOADING)) {
            changed();
        }
    }
}

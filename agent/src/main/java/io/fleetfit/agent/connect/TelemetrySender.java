package io.fleetfit.agent.connect;

import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.TelemetryAck;
import io.fleetfit.protocol.TelemetryBatch;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Sends the spool, a few batches at a time, and repeats what was not confirmed in time. Thread-safe. */
public final class TelemetrySender {
    private static final System.Logger LOG = System.getLogger(TelemetrySender.class.getName());
    private static final int MAX_IN_FLIGHT = 8;

    private final Spool spool;
    private final Predicate<byte[]> publish;
    private final LongSupplier nanoTime;
    private final long patience;
    private final Map<Long, Long> inFlight = new HashMap<>();

    /**
     * A sender of one spool.
     *
     * @param publish gives the message to the broker; false when that is not possible now
     * @param patience how long to wait for the controller's word before a batch is sent again
     */
    public TelemetrySender(Spool spool, Predicate<byte[]> publish, LongSupplier nanoTime, Duration patience) {
        this.spool = spool;
        this.publish = publish;
        this.nanoTime = nanoTime;
        this.patience = patience.toNanos();
    }

    /** The link is down: nothing of it counts as on its way. */
    public synchronized void disconnected() {
        inFlight.clear();
    }

    /** Sends what may be sent; call after every added batch and from time to time. */
    public synchronized void pump() {
        long now = nanoTime.getAsLong();
        inFlight.values().removeIf(since -> now - since > patience);
        try {
            for (TelemetryBatch batch : spool.send(MAX_IN_FLIGHT - inFlight.size(), inFlight.keySet())) {
                if (!publish.test(JsonCodec.encode(batch))) {
                    return;
                }
                inFlight.put(batch.sequence(), now);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the telemetry spool cannot be read: {0}", e.getMessage());
        }
    }

    /** The controller has stored batches. */
    public synchronized void acknowledged(TelemetryAck ack) {
        try {
            spool.stored(ack.spoolId(), ack.stored());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "stored telemetry cannot be deleted: {0}", e.getMessage());
        }
        ack.stored().forEach(inFlight::remove);
        pump();
    }
}

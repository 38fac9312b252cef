package io.fleetfit.mqtt;

import io.fleetfit.fleet.DeviceLink;
import io.fleetfit.mqtt.Lane.Part;
import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.ChunkIndex;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.Topics;
import io.fleetfit.registry.BlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers requests for parts of blobs. Requests that come close together are joined: a part is published once on the
 * blob's topic for all who wait for it, so that the bytes sent are about the size of the blob and not that times the
 * number of devices. A device that must not hear the others' parts gets private answers.
 *
 * <p>One thread owns all state. It reads a part, hands it to the broker, and goes on when the broker has taken enough
 * of what it was given; lanes take turns.
 */
public final class ChunkService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkService.class);
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final BlobStore blobs;
    private final ChunkIndexes indexes;
    private final DeviceLink link;
    private final GatewayMetrics metrics;
    private final ChunkSettings settings;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "chunks");
        made.setDaemon(true);
        return made;
    });
    private final Map<String, Lane> lanes = new LinkedHashMap<>();
    private long inFlight;
    private long paidUntil = System.nanoTime();
    private boolean pumpScheduled;

    /** Answers over {@code link} from {@code blobs}. */
    public ChunkService(
            BlobStore blobs, ChunkIndexes indexes, DeviceLink link, GatewayMetrics metrics, ChunkSettings settings) {
        this.blobs = blobs;
        this.indexes = indexes;
        this.link = link;
        this.metrics = metrics;
        this.settings = settings;
        var unused = thread.scheduleWithFixedDelay(this::sweep, IDLE.toSeconds(), IDLE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Takes a request; returns at once. */
    public void request(ChunkRequest request) {
        execute(() -> enqueue(request));
    }

    /** A device has connected anew: what was sent before did not reach it. */
    public void connected(String deviceId) {
        execute(() -> lanes.values().forEach(lane -> lane.forget(deviceId)));
    }

    private void enqueue(ChunkRequest request) {
        if (!blobs.contains(request.blob())) {
            publish(
                    Topics.down(request.deviceId(), Topics.Down.CHUNK),
                    new ChunkHeader(request.blob(), ChunkHeader.Kind.UNKNOWN_BLOB, 0),
                    ByteBuffer.allocate(0));
            return;
        }
        long now = System.nanoTime();
        Lane lane = lane(request, now);
        lane.open(Math.max(lane.openAt(), now + settings.join().toNanos()));
        for (int number : request.numbers()) {
            Part part = new Part(request.blob(), request.kind(), number);
            if (lane.ask(request.deviceId(), part, now, settings.crossing().toNanos())) {
                metrics.joined();
            }
        }
        schedulePump(lane.openAt() - now);
    }

    private Lane lane(ChunkRequest request, long now) {
        String topic = request.unicast()
                ? Topics.down(request.deviceId(), Topics.Down.CHUNK)
                : Topics.sharedChunks(request.blob());
        long openAt = request.unicast() ? now : now + settings.firstJoin().toNanos();
        return lanes.computeIfAbsent(topic, key -> new Lane(key, !request.unicast(), now, openAt));
    }

    private void schedulePump(long delayNanos) {
        if (!pumpScheduled) {
            pumpScheduled = true;
            var unused = thread.schedule(this::pump, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
        }
    }

    private void pump() {
        pumpScheduled = false;
        while (inFlight < settings.maxInFlightBytes()) {
            long now = System.nanoTime();
            if (paidUntil - now > 0 && settings.bytesPerSecond() > 0) {
                schedulePump(paidUntil - now);
                return;
            }
            Optional<Lane> lane = nextLane(now);
            if (lane.isEmpty()) {
                scheduleNextOpening(now);
                return;
            }
            lane.get().take(now).ifPresent(part -> send(lane.get(), part));
        }
    }

    /** The lane whose turn it is; it goes to the end of the line. */
    private Optional<Lane> nextLane(long now) {
        Optional<Lane> next = lanes.values().stream()
                .filter(lane -> lane.isWaiting() && now - lane.openAt() >= 0)
                .findFirst();
        next.ifPresent(lane -> {
            lanes.remove(lane.topic());
            lanes.put(lane.topic(), lane);
        });
        return next;
    }

    private void scheduleNextOpening(long now) {
        lanes.values().stream()
                .filter(Lane::isWaiting)
                .mapToLong(lane -> lane.openAt() - now)
                .min()
                .ifPresent(this::schedulePump);
    }

    private void send(Lane lane, Part part) {
        try {
            Optional<ByteBuffer> bytes = read(part);
            if (bytes.isEmpty()) {
                LOG.debug("no part {} of {}", part.number(), part.blob());
                return;
            }
            int length = bytes.get().remaining();
            pay(length);
            metrics.sent(lane.isShared(), length);
            ChunkHeader.Kind kind =
                    part.kind() == ChunkRequest.Kind.INDEX ? ChunkHeader.Kind.INDEX : ChunkHeader.Kind.CHUNK;
            publish(lane.topic(), new ChunkHeader(part.blob(), kind, part.number()), bytes.get());
        } catch (NoSuchFileException e) {
            LOG.info("the blob {} was deleted while devices downloaded it", part.blob());
        } catch (IOException e) {
            LOG.warn("cannot read part {} of {}; devices will ask again", part.number(), part.blob(), e);
        }
    }

    private Optional<ByteBuffer> read(Part part) throws IOException {
        ChunkIndexes.Indexed indexed = indexes.of(part.blob());
        if (part.kind() == ChunkRequest.Kind.INDEX) {
            if (part.number() < 0 || part.number() >= indexed.parts()) {
                return Optional.empty();
            }
            int offset = part.number() * ChunkIndex.PART_BYTES;
            int length = Math.min(ChunkIndex.PART_BYTES, indexed.encoded().length - offset);
            return Optional.of(
                    ByteBuffer.wrap(indexed.encoded(), offset, length).slice());
        }
        if (part.number() < 0 || part.number() >= indexed.index().chunks().size()) {
            return Optional.empty();
        }
        return Optional.of(blobs.read(
                part.blob(),
                indexed.offsets()[part.number()],
                indexed.index().chunks().get(part.number()).length()));
    }

    private void pay(int bytes) {
        if (settings.bytesPerSecond() > 0) {
            long now = System.nanoTime();
            long cost = bytes * TimeUnit.SECONDS.toNanos(1) / settings.bytesPerSecond();
            paidUntil = (paidUntil - now > 0 ? paidUntil : now) + cost;
        }
    }

    private void publish(String topic, ChunkHeader header, ByteBuffer payload) {
        int length = payload.remaining();
        inFlight += length;
        var unused = link.publish(new DeviceLink.Message(topic, payload, ByteBuffer.wrap(header.encode()), false))
                .whenComplete((result, failure) -> execute(() -> {
                    inFlight -= length;
                    if (failure != null) {
                        LOG.debug("the broker did not take a part; devices will ask again", failure);
                    }
                    schedulePump(0);
                }));
    }

    private void sweep() {
        long limit = System.nanoTime() - IDLE.toNanos();
        for (Iterator<Lane> all = lanes.values().iterator(); all.hasNext(); ) {
            if (all.next().isIdleSince(limit)) {
                all.remove();
            }
        }
    }

    private void execute(Runnable work) {
        try {
            thread.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed; a request is dropped and will come again", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

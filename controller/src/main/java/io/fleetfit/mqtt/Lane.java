package io.fleetfit.mqtt;

import io.fleetfit.protocol.ChunkRequest.Kind;
import io.fleetfit.protocol.Digest;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What waits to be sent on one topic: each part once, in the order of the first request. Lanes take turns, so that
 * neither a large blob nor a slow device holds up the others. Used by one thread.
 */
final class Lane {
    /** One part of a blob. */
    record Part(Digest blob, Kind kind, int number) {}

    private final String topic;
    private final boolean shared;
    private final Set<Part> waiting = new LinkedHashSet<>();
    private final Map<Part, Long> lastSent = new HashMap<>();
    private final Map<String, Long> listeners = new HashMap<>();
    private long lastUsed;
    private long openAt;

    Lane(String topic, boolean shared, long now, long openAt) {
        this.topic = topic;
        this.shared = shared;
        this.lastUsed = now;
        this.openAt = openAt;
    }

    /** Notes a request; whether it is answered by what others asked for or by what is on its way already. */
    boolean ask(String device, Part part, long now, long crossingNanos) {
        lastUsed = now;
        Long listensSince = listeners.putIfAbsent(device, now);
        Long sent = lastSent.get(part);
        boolean crossed = listensSince != null && sent != null && sent >= listensSince && now - sent < crossingNanos;
        return crossed || !waiting.add(part);
    }

    /** The first request of a device since it connected comes after what was sent before. */
    void forget(String device) {
        listeners.remove(device);
    }

    /** Takes the next part. */
    Optional<Part> take(long now) {
        Iterator<Part> parts = waiting.iterator();
        if (now - openAt < 0 || !parts.hasNext()) {
            return Optional.empty();
        }
        Part part = parts.next();
        parts.remove();
        if (shared) {
            lastSent.put(part, now);
        }
        lastUsed = now;
        return Optional.of(part);
    }

    /** Waits a little for other requests when nothing waits yet. */
    void open(long at) {
        if (waiting.isEmpty()) {
            openAt = at;
        }
    }

    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    long openAt() {
        return openAt;
    }

    boolean isIdleSince(long nanos) {
        return waiting.isEmpty() && lastUsed - nanos < 0;
    }

    String topic() {
        return topic;
    }

    boolean isShared() {
        return shared;
    }
}

package io.fleetfit.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.fleet.EventSink;
import io.fleetfit.protocol.JsonCodec;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Live happenings as server-sent events (WHATWG HTML, section 9.2). The last ones are kept, so that a listener that comes
 * back with {@code Last-Event-ID} goes on where it was; one that is too slow skips what it missed and is told so.
 */
public final class EventHub implements EventSink {
    private static final Logger LOG = LoggerFactory.getLogger(EventHub.class);
    private static final ObjectMapper JSON = JsonCodec.mapper();
    private static final int KEPT = 10_000;
    private static final long KEEP_ALIVE_MILLIS = 15_000;

    private record Event(long id, String topic, String data) {
        String text() {
            return "id: " + id + "\nevent: " + topic + "\ndata: " + data + "\n\n";
        }
    }

    private final Deque<Event> ring = new ArrayDeque<>();
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private long lastId;

    @Override
    public void emit(String topic, Map<String, ?> data) {
        String json;
        try {
            json = JSON.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            LOG.warn("the event {} cannot be written", topic, e);
            return;
        }
        synchronized (ring) {
            ring.addLast(new Event(++lastId, topic, json));
            if (ring.size() > KEPT) {
                ring.removeFirst();
            }
        }
        listeners.forEach(Listener::wake);
    }

    /** How many listen. */
    public int listeners() {
        return listeners.size();
    }

    private List<Event> after(long id) {
        synchronized (ring) {
            if (ring.isEmpty() || ring.getLast().id() <= id) {
                return List.of();
            }
            return ring.stream().filter(event -> event.id() > id).toList();
        }
    }

    private long newest() {
        synchronized (ring) {
            return lastId;
        }
    }

    /** Streams to this caller until it leaves. */
    void stream(RoutingContext context, Vertx vertx) {
        HttpServerResponse response = context.response();
        response.setChunked(true).putHeader("Content-Type", "text/event-stream").putHeader("Cache-Control", "no-cache");
        Listener listener = new Listener(
                vertx.getOrCreateContext(), response, start(context.request().getHeader("Last-Event-ID")));
        listeners.add(listener);
        long timer = vertx.setPeriodic(KEEP_ALIVE_MILLIS, id -> listener.keepAlive());
        response.exceptionHandler(failure -> LOG.debug("a listener is gone", failure));
        response.closeHandler(gone -> {
            vertx.cancelTimer(timer);
            listeners.remove(listener);
        });
        context.request().resume();
        listener.write(": connected\n\n");
        listener.wake();
    }

    private long start(@Nullable String lastEventId) {
        try {
            return lastEventId == null ? newest() : Long.parseLong(lastEventId);
        } catch (NumberFormatException e) {
            return newest();
        }
    }

    /** One caller; runs on its event loop. */
    private final class Listener {
        private final Context context;
        private final HttpServerResponse response;
        private final AtomicBoolean awake = new AtomicBoolean();
        private long sent;

        Listener(Context context, HttpServerResponse response, long sent) {
            this.context = context;
            this.response = response;
            this.sent = sent;
            response.drainHandler(drained -> wake());
        }

        /** Many events before the loop runs are one flush. */
        void wake() {
            if (awake.compareAndSet(false, true)) {
                context.runOnContext(now -> {
                    awake.set(false);
                    flush();
                });
            }
        }

        private void flush() {
            if (response.ended() || response.closed() || response.writeQueueFull()) {
                return;
            }
            List<Event> events = new ArrayList<>(after(sent));
            if (events.isEmpty()) {
                // After a restart of the controller ids begin anew.
                sent = Math.min(sent, newest());
                return;
            }
            StringBuilder text = new StringBuilder();
            if (events.get(0).id() > sent + 1 && sent > 0) {
                text.append("event: gap\ndata: {\"missed\":")
                        .append(events.get(0).id() - sent - 1)
                        .append("}\n\n");
            }
            events.forEach(event -> text.append(event.text()));
            sent = events.get(events.size() - 1).id();
            write(text.toString());
        }

        void keepAlive() {
            write(": still here\n\n");
        }

        void write(String text) {
            if (!response.ended() && !response.closed()) {
                response.write(text).onFailure(failure -> LOG.debug("a listener is gone", failure));
            }
        }
    }
}

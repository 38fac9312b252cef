package io.fleetfit.fleet;

import java.util.Map;

/** Port: where happenings go that people watch live (event stream, audit). Never blocks, never throws. */
@FunctionalInterface
public interface EventSink {
    /** Drops everything. */
    EventSink NONE = (topic, data) -> {};

    /**
     * Says that something happened.
     *
     * @param topic dotted name: {@code device.connected}, {@code device.reported}, {@code job.progress},
     *     {@code rollout.updated}, …
     * @param data small JSON-able values; always with the id of the thing it is about
     */
    void emit(String topic, Map<String, ?> data);
}

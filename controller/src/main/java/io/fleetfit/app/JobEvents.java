package io.fleetfit.app;

import io.fleetfit.compress.Job;
import io.fleetfit.compress.Jobs;
import io.fleetfit.fleet.EventSink;
import java.util.Map;

/** Puts what happens to jobs into the event stream. */
final class JobEvents implements Jobs.Watcher {
    private final EventSink events;

    JobEvents(EventSink events) {
        this.events = events;
    }

    @Override
    public void changed(Job job) {
        events.emit(
                "job.progress",
                Map.of(
                        "job", job.id(),
                        "kind", job.kind(),
                        "state", job.state().name(),
                        "progress", job.progress(),
                        "message", job.message()));
    }

    @Override
    public void happened(String topic, Map<String, ?> data) {
        events.emit(topic, data);
    }
}

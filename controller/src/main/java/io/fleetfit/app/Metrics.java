package io.fleetfit.app;

import io.fleetfit.mqtt.GatewayMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Locale;
import java.util.function.Supplier;

/** What the controller counts, for Prometheus. */
final class Metrics implements GatewayMetrics {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Counter sharedBytes = bytes("shared");
    private final Counter privateBytes = bytes("private");
    private final Counter joined = Counter.builder("fleetfit.chunk.requests.joined")
            .description("Requests answered by a part that others had asked for too")
            .register(registry);

    Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    private Counter bytes(String reply) {
        return Counter.builder("fleetfit.chunk.bytes")
                .description("Bytes of model files handed to the broker")
                .tag("reply", reply)
                .register(registry);
    }

    void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
    }

    String scrape() {
        return registry.scrape();
    }

    @Override
    public void sent(boolean shared, int bytes) {
        (shared ? sharedBytes : privateBytes).increment(bytes);
    }

    @Override
    public void joined() {
        joined.increment();
    }

    @Override
    public void message(String kind, Outcome outcome) {
        registry.counter(
                        "fleetfit.device.messages",
                        "kind",
                        kind,
                        "outcome",
                        outcome.name().toLowerCase(Locale.ROOT))
                .increment();
    }
}

package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.Selector;
import io.fleetfit.telemetry.TelemetryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A fleet of 20,000 devices; logs rates, and asserts only that nothing is lost. */
@Tag("scale")
@ParameterizedClass
@EnumSource(Backend.class)
class StoreScaleTest {
    private static final Logger LOG = LoggerFactory.getLogger(StoreScaleTest.class);
    private static final int DEVICES = 20_000;
    private static final int BATCHES = 4_000;
    private static final int THREADS = 4;

    private final Database database;

    StoreScaleTest(Backend backend) {
        database = backend.emptied();
    }

    @Test
    void carriesALargeFleet() throws Exception {
        FleetStore fleet = database.fleetStore();
        long start = System.nanoTime();
        inParallel(
                DEVICES,
                i -> fleet.upsertDevice(
                        Samples.device("pi-%06d".formatted(i), "raspberry-pi-5", Map.of("site", "site-" + i % 50))));
        LOG.info("{}: {}", "devices enrolled a second", rate(DEVICES, start));

        start = System.nanoTime();
        int seen = 0;
        String cursor = null;
        do {
            FleetStore.Page page = fleet.devices(Selector.all(), cursor, 500);
            seen += page.devices().size();
            cursor = page.next();
        } while (cursor != null);
        LOG.info("{}: {}", "devices read a second in pages of 500", rate(DEVICES, start));
        assertThat(seen).isEqualTo(DEVICES);

        assertThat(fleet.devices(Selector.parse("site"), null, 1).devices()).hasSize(1);
        start = System.nanoTime();
        FleetStore.Page selected = fleet.devices(Selector.parse("site=site-7,profile=raspberry-pi-5"), null, 100);
        LOG.info("{}: {}", "milliseconds for a page by label", millis(start));
        assertThat(selected.total()).isEqualTo(DEVICES / 50);

        start = System.nanoTime();
        inParallel(
                BATCHES,
                i -> fleet.updateTargets(
                        "pi-%06d".formatted(i), before -> List.of(Samples.target("textdir", "textdir@1/fp32"))));
        LOG.info("{}: {}", "targets changed a second", rate(BATCHES, start));
        assertThat(fleet.devicesTargeting("textdir", "1", "fp32")).isEqualTo(BATCHES);
    }

    @Test
    void takesInTelemetry() throws Exception {
        TelemetryStore telemetry = database.telemetryStore();
        long start = System.nanoTime();
        inParallel(BATCHES, i -> telemetry.store(Samples.batch("pi-" + i % 40, i / 40 + 1, 5), Samples.AT));
        LOG.info("{}: {}", "batches stored a second", rate(BATCHES, start));

        start = System.nanoTime();
        assertThat(telemetry.summaries("pi-1", Samples.AT))
                .singleElement()
                .satisfies(summary -> assertThat(summary.inferences()).isEqualTo(10L * BATCHES / 40));
        LOG.info("{}: {}", "milliseconds to sum up " + BATCHES / 40 + " batches", millis(start));
    }

    private interface Step {
        void run(int number);
    }

    private static void inParallel(int count, Step step) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> parts = new ArrayList<>();
            for (int part = 0; part < THREADS; part++) {
                int first = part;
                parts.add(threads.submit(() -> {
                    for (int i = first; i < count; i += THREADS) {
                        step.run(i);
                    }
                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static String rate(int count, long start) {
        return "%.0f".formatted(count * 1e9 / (System.nanoTime() - start));
    }

    private static String millis(long start) {
        return String.format(
                Locale.ROOT, "%.1f", Duration.ofNanos(System.nanoTime() - start).toNanos() / 1e6);
    }
}

package io.fleetfit.deploy.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.cost.DeviceRates;
import io.fleetfit.fit.Policy;
import io.fleetfit.fit.StandardFitEngine;
import io.fleetfit.fleet.EventSink;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.Model;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.FleetFit;
import io.fleetfit.rollout.MetricQuery;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutParts;
import io.fleetfit.rollout.RolloutService;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.RolloutStore;
import io.fleetfit.rollout.Worker;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.Limits;
import io.fleetfit.rollout.plan.RolloutPlan;
import io.fleetfit.rollout.plan.Span;
import io.fleetfit.rollout.plan.WaveRule;
import io.fleetfit.store.Database;
import io.fleetfit.store.DatabaseSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One controller rolls out to 1,000,000 devices, or as many as the argument says: the real service, engine, planner and
 * stores over an H2 file, on a virtual clock. Devices answer in the next step. What is timed is the controller's share: the
 * start, and for each step gathering, planning, storing, and telling devices.
 */
public final class MillionBench {
    private static final String MODEL = "net";
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final int devices;
    private final PrintStream out;
    private final VirtualClock clock = new VirtualClock();
    private final Deque<Runnable> work = new ArrayDeque<>();
    private final Map<String, Long> asked = new HashMap<>();
    private final List<Double> millis = new ArrayList<>();
    private long rows;

    private MillionBench(int devices, PrintStream out) {
        this.devices = devices;
        this.out = out;
    }

    /** Runs the bench; the last line is one JSON object. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws IOException, SQLException {
        int devices = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
        new MillionBench(devices, System.out).run(Path.of(System.getProperty("fleetfit.bench.work")));
    }

    private static final class VirtualClock extends Clock {
        private Instant now = Instant.parse("2026-11-24T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private void run(Path folder) throws IOException, SQLException {
        DatabaseSettings settings = DatabaseSettings.inDirectory(folder);
        Database.open(settings).close();
        long begin = System.nanoTime();
        try (MillionFleet fleet = new MillionFleet(folder.resolve("fleetfit"))) {
            fleet.enrol(devices, clock.instant());
        }
        out.printf("%,d devices enrolled in %.0f s%n", devices, seconds(begin));
        try (Database database = Database.open(settings)) {
            roll(database, folder);
        }
    }

    private void roll(Database database, Path folder) throws SQLException {
        register(database.registryStore());
        RolloutStore store = database.rolloutStore();
        RolloutService service = new RolloutService(
                new RolloutParts(
                        store,
                        database.fleetStore(),
                        database.telemetryStore(),
                        new FleetFit(
                                database.registryStore(),
                                database.fleetStore(),
                                new StandardFitEngine(profile -> new DeviceRates(Map.of(), 1, 1, 1, 1, 0))),
                        twin -> asked.put(twin.deviceId(), twin.generation()),
                        MetricQuery.NONE,
                        EventSink.NONE,
                        clock),
                PATIENCE,
                new Worker() {
                    @Override
                    public void after(Duration delay, Runnable task) {
                        work.add(task);
                    }

                    @Override
                    public void close() {}
                });
        service.resume();
        store.insertDeployment(
                new Deployment("all", "", MODEL, "1", MODEL, Policy.unbounded(), plan(), clock.instant()));
        long begin = System.nanoTime();
        String rollout = service.start("all", null, "bench").id();
        double start = seconds(begin);
        rows += devices + 1L;
        out.printf("started in %.1f s%n", start);
        steps(store, rollout, folder);
        report(store, rollout, start);
    }

    private RolloutPlan plan() {
        return new RolloutPlan(
                List.of(
                        WaveRule.ofPercent(1, Span.seconds(0)),
                        WaveRule.ofPercent(10, Span.seconds(0)),
                        WaveRule.ofPercent(100, Span.seconds(0))),
                null,
                null,
                null,
                new Limits(5_000, null, null, null),
                null,
                List.of(GateRule.of(GateRule.Kind.FAILURES)),
                null);
    }

    private static void register(RegistryStore registry) {
        Variant variant = new FitFleet(1).variants(1).get(0);
        ModelContract contract =
                new ModelContract(ModelContract.Task.TENSOR, List.of(), List.of(), null, false, List.of(), "top1");
        registry.insertModel(new Model(MODEL, contract, Map.of(), variant.createdAt()));
        registry.insertVersion(new ModelVersion(MODEL, "1", Digest.of(new byte[0]), Map.of(), variant.createdAt()));
        registry.insertVariant(new Variant(
                new VariantRef(MODEL, "1", "fp32"),
                variant.blob(),
                variant.size(),
                variant.recipe(),
                List.of(),
                null,
                variant.precision(),
                variant.settings(),
                variant.summary(),
                null,
                Map.of(),
                variant.createdAt()));
    }

    /** Each round is what the worker does in a second; then the devices that were asked answer. */
    private void steps(RolloutStore store, String rollout, Path folder) throws SQLException {
        Rollout.State state = Rollout.State.RUNNING;
        while (!state.isEnded()) {
            clock.now = clock.now.plusSeconds(1);
            long begin = System.nanoTime();
            for (int i = work.size(); i > 0; i--) {
                work.remove().run();
            }
            double took = (System.nanoTime() - begin) / 1e6;
            if (!asked.isEmpty()) {
                millis.add(took / asked.size());
                rows += 3L * asked.size();
                try (MillionFleet fleet = new MillionFleet(folder.resolve("fleetfit"))) {
                    fleet.report(asked, rollout, MODEL, MODEL + "@1/fp32", clock.now);
                }
                asked.clear();
            }
            RolloutState now = store.state(rollout).orElseThrow();
            state = now.rollout().state();
            if (millis.size() % 20 == 1) {
                out.printf(
                        "wave %d, %s, %.3f ms a device%n",
                        now.progress().wave() + 1, now.progress().counts(), millis.get(millis.size() - 1));
            }
        }
    }

    private void report(RolloutStore store, String rollout, double start) {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        Optional<RolloutState> end = store.state(rollout);
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("bench", "rollout-million")
                .put("devices", devices)
                .put("state", end.orElseThrow().rollout().state().name())
                .put("startSeconds", start)
                .put("firstStepsMillisPerDevice", mean(millis.subList(0, Math.min(20, millis.size()))))
                .put("lastStepsMillisPerDevice", mean(millis.subList(Math.max(0, millis.size() - 20), millis.size())))
                .put("rowsWritten", rows)
                .put("rowsPerDevice", (double) rows / devices)
                .put("heapMegabytes", (runtime.totalMemory() - runtime.freeMemory()) / 1e6)
                .put("heapLimitMegabytes", runtime.maxMemory() / 1e6);
        out.println(result);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}

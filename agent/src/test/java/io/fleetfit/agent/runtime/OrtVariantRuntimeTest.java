package io.fleetfit.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.agent.telemetry.TelemetryCollector;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.VariantManifest;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrtVariantRuntimeTest {
    private static final ExecutionSettings ONE_THREAD = new ExecutionSettings(ExecutionSettings.CPU, 1, Map.of());
    private static final long[] SHAPE = {1, 3, 48, 192};

    @TempDir
    Path folder;

    private final OrtEngine engine = new OrtEngine();
    private final ModelSlots slots = new ModelSlots();
    private final TelemetryCollector telemetry = new TelemetryCollector();
    private final OrtVariantRuntime runtime = new OrtVariantRuntime(engine, slots, telemetry);
    private Path file;
    private VariantManifest manifest;

    @BeforeEach
    void load() throws Exception {
        file = DirectionModel.file(folder);
        try (LoadedModel model = engine.load(file, ONE_THREAD)) {
            manifest = DirectionModel.manifest("a", model);
        }
    }

    @AfterEach
    void close() {
        runtime.close();
    }

    @Test
    void triesAVariantAndLetsItServe() throws Exception {
        Qualification trial = runtime.trial(manifest, ONE_THREAD, Budget.none(), file);
        runtime.activate("lines", manifest, ONE_THREAD, file);

        assertThat(trial.runs()).isEqualTo(20);
        assertThat(trial.p50Millis()).isPositive().isLessThanOrEqualTo(trial.p95Millis());
        try (Lease byModel = slots.acquire("direction").orElseThrow()) {
            assertThat(infer(byModel.served())).hasSize(2).satisfies(scores -> assertThat(scores[0] + scores[1])
                    .isBetween(0.99f, 1.01f));
        }
        assertThat(telemetry.drain()).singleElement().satisfies(figures -> {
            assertThat(figures.inferences()).isEqualTo(1);
            assertThat(figures.variant()).isEqualTo("direction@1/a");
        });
    }

    private static float[] infer(Served served) throws InferenceException {
        try (Frame frame = served.model().borrow(List.of(SHAPE))) {
            FloatBuffer input = frame.input(0).asFloatBuffer();
            while (input.hasRemaining()) {
                input.put(0.25f);
            }
            served.run(frame);
            float[] scores = new float[2];
            frame.output(0).asFloatBuffer().get(scores);
            return scores;
        }
    }

    @Test
    void givesTheSameAnswerPinnedAsOnTheFirstRun() throws Exception {
        runtime.activate("lines", manifest, ONE_THREAD, file);
        try (Lease lease = slots.acquire("lines").orElseThrow()) {
            float[] first = infer(lease.served());

            assertThat(infer(lease.served())).containsExactly(first);
            assertThat(infer(lease.served())).containsExactly(first);
        }
    }

    @Test
    void swapsUnderLoadLoseNoRequest() throws Exception {
        runtime.activate("lines", manifest, ONE_THREAD, file);
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        List<Future<Integer>> users = List.of(pool.submit(() -> use(stop)), pool.submit(() -> use(stop)));

        for (int i = 0; i < 10; i++) {
            runtime.activate("lines", manifest, ONE_THREAD, file);
        }
        stop.set(true);

        for (Future<Integer> user : users) {
            assertThat(user.get()).isPositive();
        }
        pool.shutdown();
        assertThat(telemetry.drain().stream()
                        .mapToLong(TelemetryBatch.SlotFigures::errors)
                        .sum())
                .isZero();
    }

    @Test
    void swapsLeaveNoBuffersBehind() throws Exception {
        serveAfresh(2);
        long before = directBytes();

        serveAfresh(20);

        assertThat(directBytes()).isEqualTo(before);
    }

    private void serveAfresh(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            runtime.activate("lines", manifest, ONE_THREAD, file);
            try (Lease lease = slots.acquire("lines").orElseThrow()) {
                infer(lease.served());
            }
        }
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private int use(AtomicBoolean stop) throws InferenceException {
        int count = 0;
        while (!stop.get() || count == 0) {
            try (Lease lease = slots.acquire("lines").orElseThrow()) {
                infer(lease.served());
                count++;
            }
        }
        return count;
    }

    @Test
    void refusesWhatIsSlowerThanTheBudget() {
        assertThatThrownBy(() -> runtime.trial(manifest, ONE_THREAD, new Budget(0.0001, null), file))
                .isInstanceOfSatisfying(UpdateFailure.class, failure -> {
                    assertThat(failure.error().code()).isEqualTo(ErrorCode.BUDGET_LATENCY);
                    assertThat(failure.error().needed()).isGreaterThan(0.0001);
                });
    }

    @Test
    void refusesWhatIsNoModel() throws Exception {
        Path page = folder.resolve("page.onnx");
        Files.writeString(page, "<html>not found</html>");

        assertThatThrownBy(() -> runtime.trial(manifest, ONE_THREAD, Budget.none(), page))
                .isInstanceOfSatisfying(
                        UpdateFailure.class,
                        failure -> assertThat(failure.error().code()).isEqualTo(ErrorCode.RUNTIME_LOAD));
    }

    @Test
    void refusesAProviderThatIsNotThere() {
        ExecutionSettings cuda = new ExecutionSettings("CUDAExecutionProvider", 1, Map.of());

        assertThatThrownBy(() -> runtime.trial(manifest, cuda, Budget.none(), file))
                .isInstanceOfSatisfying(
                        UpdateFailure.class,
                        failure -> assertThat(failure.error().code()).isEqualTo(ErrorCode.RUNTIME_PROVIDER));
    }

    @Test
    void namesTheShapeThatTheModelTakes() throws Exception {
        runtime.activate("lines", manifest, ONE_THREAD, file);
        try (Lease lease = slots.acquire("lines").orElseThrow()) {
            assertThatThrownBy(() -> lease.served().model().borrow(List.of(new long[] {1, 3, 48})))
                    .isInstanceOf(InferenceException.class)
                    .hasMessageContaining("[1, 3, 48]");
        }
    }
}

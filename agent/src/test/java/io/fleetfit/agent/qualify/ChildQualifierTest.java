package io.fleetfit.agent.qualify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fleetfit.agent.isolate.Launcher;
import io.fleetfit.agent.runtime.Frame;
import io.fleetfit.agent.runtime.LoadedModel;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.agent.runtime.TrialOrder;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.GoldenValues;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.Qualification.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildQualifierTest {
    private static final ExecutionSettings ONE_THREAD = new ExecutionSettings(ExecutionSettings.CPU, 1, Map.of());

    @TempDir
    Path folder;

    private ChildQualifier qualifier;

    @BeforeEach
    void open() {
        qualifier = within(Duration.ofSeconds(30));
    }

    private ChildQualifier within(Duration timeout) {
        return new ChildQualifier(
                new Launcher(folder.resolve("children"), null), new BoardMemory(Path.of("/")), timeout);
    }

    @AfterEach
    void leavesNothingBehind() {
        qualifier.close();
        assertThat(folder.resolve("children")).isEmptyDirectory();
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    private TrialOrder order(byte[] model, Budget budget, @Nullable Golden golden) throws IOException {
        Path file = Files.write(folder.resolve("model.onnx"), model);
        return new TrialOrder(
                file,
                "digits@1/fp32",
                ONE_THREAD,
                budget,
                TrialModels.inputs(),
                TrialModels.outputs(),
                List.of(),
                golden);
    }

    private UpdateFailure refused(byte[] model, Budget budget, @Nullable Golden golden) throws IOException {
        TrialOrder order = order(model, budget, golden);
        return Objects.requireNonNull(
                catchThrowableOfType(UpdateFailure.class, () -> qualifier.qualify(order)), "it passed");
    }

    private static Qualification numbers(UpdateFailure failure) {
        return Objects.requireNonNull(failure.qualification());
    }

    /** What this machine answers to the golden input. */
    private Golden golden(byte[] model) throws Exception {
        Path file = Files.write(folder.resolve("reference.onnx"), model);
        Golden.GoldenInput input =
                TrialModels.golden(List.of()).cases().get(0).inputs().get(0);
        try (LoadedModel loaded = new OrtEngine().load(file, ONE_THREAD);
                Frame frame = loaded.borrow(List.of(new long[] {8}))) {
            GoldenValues.fill(input, frame.input(0));
            frame.run();
            List<Double> values = new ArrayList<>();
            ByteBuffer output = frame.output(0);
            while (output.hasRemaining()) {
                values.add((double) output.getFloat());
            }
            return TrialModels.golden(values);
        }
    }

    @Test
    void passesAVariantThatAnswersAsTheControllerSays() throws Exception {
        byte[] model = TrialModels.product(false);
        qualifier.prepare();

        Qualification passed = qualifier.qualify(order(model, new Budget(1_000.0, 64L << 20), golden(model)));

        assertThat(passed.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(passed.threads()).isEqualTo(1);
        assertThat(passed.runs()).isEqualTo(20);
        assertThat(passed.loadMillis()).isPositive();
        assertThat(passed.p50Millis()).isPositive().isLessThanOrEqualTo(passed.p95Millis());
        assertThat(passed.peakMemoryBytes()).isBetween(1L, 32L << 20);
        assertThat(passed.maxRelativeError()).isLessThan(1e-5);
    }

    @Test
    void refusesAVariantWithAWeightTurnedRound() throws Exception {
        UpdateFailure failure = refused(TrialModels.product(true), Budget.none(), golden(TrialModels.product(false)));

        assertThat(failure.error().code()).isEqualTo(ErrorCode.RUNTIME_TRIAL);
        assertThat(failure.error().message()).contains("output 'y' differs", "digits@1/fp32");
        assertThat(numbers(failure).outcome()).isEqualTo(Outcome.OUTPUT_DIFFERS);
        assertThat(numbers(failure).maxRelativeError()).isGreaterThan(1e-3);
    }

    @Test
    void refusesAVariantThatAnswersNoNumbers() throws Exception {
        UpdateFailure failure = refused(TrialModels.notANumber(), Budget.none(), null);

        assertThat(failure.error().code()).isEqualTo(ErrorCode.RUNTIME_TRIAL);
        assertThat(numbers(failure).outcome()).isEqualTo(Outcome.NOT_FINITE);
    }

    @Test
    void endsAVariantThatTakesAllMemoryAndSaysHowMuchItTook() throws Exception {
        UpdateFailure failure = refused(TrialModels.memoryEater(), new Budget(null, 100L << 20), null);

        assertThat(failure.error().code()).isEqualTo(ErrorCode.BUDGET_MEMORY);
        assertThat(failure.error().available()).isEqualTo(100L << 20);
        assertThat(failure.error().needed()).isGreaterThanOrEqualTo(100L << 20);
        assertThat(numbers(failure).outcome()).isEqualTo(Outcome.TOO_MUCH_MEMORY);
        assertThat(numbers(failure).peakMemoryBytes()).isGreaterThan(0);
    }

    @Test
    void stopsAVariantThatLoopsForEver() throws Exception {
        qualifier = within(Duration.ofSeconds(1));

        UpdateFailure failure = refused(TrialModels.endless(), Budget.none(), null);

        assertThat(failure.error().code()).isEqualTo(ErrorCode.RUNTIME_TRIAL);
        assertThat(failure.error().message()).contains("stopped after 1 s");
        assertThat(numbers(failure).outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(numbers(failure).loadMillis()).isPositive();
    }

    @Test
    void survivesAVariantWhoseProcessDies() throws Exception {
        TrialOrder order = order(TrialModels.endless(), Budget.none(), null);
        CompletableFuture<UpdateFailure> refused = CompletableFuture.supplyAsync(
                () -> catchThrowableOfType(UpdateFailure.class, () -> qualifier.qualify(order)));
        await().until(() -> ProcessHandle.current()
                .children()
                .anyMatch(child ->
                        child.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() > 700));

        ProcessHandle child = ProcessHandle.current().children().findFirst().orElseThrow();
        new ProcessBuilder("kill", "-SEGV", Long.toString(child.pid())).start().waitFor();

        UpdateFailure failure = refused.join();
        assertThat(failure.error().code()).isEqualTo(ErrorCode.RUNTIME_TRIAL);
        assertThat(failure.error().message()).contains("the process of the trial died", "SIGSEGV");
        assertThat(numbers(failure).outcome()).isEqualTo(Outcome.CRASHED);
    }

    @Test
    void refusesAVariantThatIsSlowerThanItsBudgetAfterManyRuns() throws Exception {
        UpdateFailure failure = refused(TrialModels.slow(2), new Budget(0.001, null), null);

        assertThat(failure.error().code()).isEqualTo(ErrorCode.BUDGET_LATENCY);
        assertThat(failure.error().needed()).isEqualTo(numbers(failure).p95Millis());
        assertThat(numbers(failure).outcome()).isEqualTo(Outcome.TOO_SLOW);
        assertThat(numbers(failure).runs()).isEqualTo(150);
    }

    @Test
    void refusesWhatIsNoModelAndWhatNoProviderRuns() throws Exception {
        UpdateFailure page = refused(
                "<html>not found</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8), Budget.none(), null);
        Path file = Files.write(folder.resolve("model.onnx"), TrialModels.product(false));
        TrialOrder cuda = new TrialOrder(
                file,
                "digits@1/fp32",
                new ExecutionSettings("CUDAExecutionProvider", 1, Map.of()),
                Budget.none(),
                List.of(),
                List.of(),
                List.of(),
                null);
        UpdateFailure provider = catchThrowableOfType(UpdateFailure.class, () -> qualifier.qualify(cuda));

        assertThat(page.error().code()).isEqualTo(ErrorCode.RUNTIME_LOAD);
        assertThat(numbers(page).outcome()).isEqualTo(Outcome.LOAD_FAILED);
        assertThat(provider.error().code()).isEqualTo(ErrorCode.RUNTIME_PROVIDER);
    }

    @Test
    void aPreparedChildIsEndedWhenNoTrialComes() {
        qualifier.prepare();
        assertThat(ProcessHandle.current().children()).isNotEmpty();

        qualifier.rest();

        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }
}

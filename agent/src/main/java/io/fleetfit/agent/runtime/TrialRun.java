package io.fleetfit.agent.runtime;

import io.fleetfit.agent.runtime.Verdict.Figures;
import io.fleetfit.agent.telemetry.Memory;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.Qualification.Outcome;
import io.fleetfit.protocol.TensorSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Loads a variant, runs golden inputs or inputs from a fixed seed, and holds what comes out against contract, reference and
 * budget. It never throws for what a model does: the verdict says it.
 */
public final class TrialRun {
    private final InferenceEngine engine;
    private final TrialOrder order;
    private final Watch watch;
    private Figures figures = Figures.none();

    /**
     * What looks on.
     *
     * @param timeout after which a run is stopped
     * @param loaded told how long the load took, in milliseconds
     */
    public record Watch(Duration timeout, Consumer<Double> loaded) {
        /** Two minutes, as long as the slowest boards need for the largest models; tells nobody. */
        public static Watch standard() {
            return new Watch(Duration.ofMinutes(2), millis -> {});
        }
    }

    /** A trial that has not begun. */
    public TrialRun(InferenceEngine engine, TrialOrder order, Watch watch) {
        this.engine = engine;
        this.order = order;
        this.watch = watch;
    }

    /** Runs the trial. */
    public Verdict run() {
        long before = Memory.residentBytes();
        Memory.resetPeak();
        long begin = System.nanoTime();
        try (LoadedModel model = engine.load(order.file(), order.settings())) {
            double millis = (System.nanoTime() - begin) / 1e6;
            figures = figures.loaded(model.threads(), millis);
            watch.loaded().accept(millis);
            try (StopWatch stop = new StopWatch(model, watch.timeout())) {
                return judge(model, stop, before);
            }
        } catch (UpdateFailure e) {
            return fail(outcome(e), e.error().message());
        }
    }

    private static Outcome outcome(UpdateFailure failure) {
        return failure.error().code() == ErrorCode.RUNTIME_PROVIDER
                ? Outcome.NO_PROVIDER
                : TrialMemory.isShortage(failure.error().message()) ? Outcome.TOO_MUCH_MEMORY : Outcome.LOAD_FAILED;
    }

    private Verdict fail(Outcome outcome, String message) {
        return Verdict.failed(outcome, order.name() + ": " + message, figures);
    }

    private Verdict judge(LoadedModel model, StopWatch stop, long before) {
        try {
            requireContract(model);
            Golden golden = order.golden();
            if (golden == null) {
                time(model);
            } else {
                compare(model, golden);
            }
            figures = figures.peaked(Math.max(0, Memory.peakBytes() - before));
            requireBudget();
            return Verdict.passed(figures);
        } catch (TrialFailure e) {
            return new Verdict(e.outcome(), order.name() + ": " + e.getMessage(), e.needed(), e.available(), figures);
        } catch (InferenceException | IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            if (stop.hasStopped()) {
                return fail(
                        Outcome.TIMED_OUT,
                        "a run was stopped after " + watch.timeout().toSeconds() + " s");
            }
            return fail(TrialMemory.isShortage(message) ? Outcome.TOO_MUCH_MEMORY : Outcome.RUN_FAILED, message);
        }
    }

    private void time(LoadedModel model) throws InferenceException, TrialFailure {
        try (Frame frame = SeededInputs.frame(model, order)) {
            frame.run();
            requireOutputs(model, frame);
            figures = figures.timed(measure(frame));
            requireOutputs(model, frame);
        }
    }

    private void compare(LoadedModel model, Golden golden) throws InferenceException, TrialFailure {
        GoldenCheck check = new GoldenCheck(model, golden);
        for (int i = 0; i < golden.cases().size(); i++) {
            Golden.GoldenCase example = golden.cases().get(i);
            try (Frame frame = GoldenCheck.frame(model, example)) {
                frame.run();
                requireOutputs(model, frame);
                GoldenCheck.Difference difference = check.compare(example, frame);
                figures = figures.compared(difference);
                if (difference.beyond() != null) {
                    throw new TrialFailure(Outcome.OUTPUT_DIFFERS, difference.beyond());
                }
                if (i == golden.cases().size() - 1) {
                    figures = figures.timed(measure(frame));
                }
            }
        }
    }

    private Timing measure(Frame frame) throws InferenceException {
        return Timing.measure(
                () -> {
                    long begin = System.nanoTime();
                    frame.run();
                    return (System.nanoTime() - begin) / 1e6;
                },
                order.budget().maxP95Millis());
    }

    private void requireContract(LoadedModel model) throws TrialFailure {
        requireSame("input", order.inputs(), model.inputs());
        requireSame("output", order.outputs(), model.outputs());
    }

    private static void requireSame(String what, List<TensorSpec> contract, List<TensorSpec> graph)
            throws TrialFailure {
        for (TensorSpec wanted : contract) {
            boolean there = graph.stream()
                    .anyMatch(spec ->
                            spec.name().equals(wanted.name()) && spec.type().equals(wanted.type()));
            if (!there) {
                throw new TrialFailure(
                        Outcome.RUN_FAILED,
                        "the contract names the " + what + " " + wanted.name() + " of type " + wanted.type()
                                + "; the model has " + graph);
            }
        }
    }

    private void requireOutputs(LoadedModel model, Frame frame) throws TrialFailure {
        for (int i = 0; i < model.outputs().size(); i++) {
            TensorSpec output = model.outputs().get(i);
            requireFinite(output, frame, i);
            long[] got = frame.outputShape(i);
            for (TensorSpec wanted : order.outputs()) {
                if (wanted.name().equals(output.name()) && !fits(got, wanted.shape())) {
                    throw new TrialFailure(
                            Outcome.RUN_FAILED,
                            "output " + output.name() + " has the shape " + Arrays.toString(got)
                                    + "; the contract says " + wanted.shape() + " (-1 is any)");
                }
            }
        }
    }

    private static void requireFinite(TensorSpec output, Frame frame, int index) throws TrialFailure {
        GoldenCheck.OutputValues values =
                GoldenCheck.OutputValues.of(output.type(), frame.output(index)).orElse(null);
        for (long k = 0; values != null && k < values.count(); k++) {
            if (!Double.isFinite(values.at(k))) {
                throw new TrialFailure(
                        Outcome.NOT_FINITE, "output " + output.name() + " holds values that are not finite");
            }
        }
    }

    private static boolean fits(long[] got, List<Long> wanted) {
        boolean fits = got.length == wanted.size();
        for (int i = 0; fits && i < got.length; i++) {
            fits = wanted.get(i) < 0 || wanted.get(i) == got[i];
        }
        return fits;
    }

    private void requireBudget() throws TrialFailure {
        Double maxMillis = order.budget().maxP95Millis();
        Double p95 = figures.p95Millis();
        if (maxMillis != null && p95 != null && p95 > maxMillis) {
            throw over(Outcome.TOO_SLOW, "95 of 100 runs within milliseconds", p95, maxMillis);
        }
        Long maxBytes = order.budget().maxMemoryBytes();
        Long peak = figures.peakMemoryBytes();
        if (maxBytes != null && peak != null && peak > maxBytes) {
            throw over(Outcome.TOO_MUCH_MEMORY, "bytes of memory", (double) peak, (double) maxBytes);
        }
    }

    private static TrialFailure over(Outcome outcome, String what, double needed, double available) {
        return new TrialFailure(
                outcome,
                String.format(Locale.ROOT, "takes %s %.3f; the budget is %.3f", what, needed, available),
                needed,
                available);
    }

    /** Ends runs that do not end by themselves: a loop in a model may never do so. */
    private static final class StopWatch implements AutoCloseable {
        private final Thread timer;
        private volatile boolean stopped;

        StopWatch(LoadedModel model, Duration timeout) {
            timer = new Thread(() -> stopLater(model, timeout), "fleetfit-trial-watch");
            timer.setDaemon(true);
            timer.start();
        }

        private void stopLater(LoadedModel model, Duration timeout) {
            try {
                TimeUnit.NANOSECONDS.sleep(timeout.toNanos());
                stopped = true;
                model.terminate();
            } catch (InterruptedException e) {
                // it ended in time
            }
        }

        boolean hasStopped() {
            return stopped;
        }

        @Override
        public void close() {
            timer.interrupt();
            try {
                timer.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

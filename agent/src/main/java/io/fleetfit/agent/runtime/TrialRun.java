package io.fleetfit.agent.runtime;

import io.fleetfit.agent.telemetry.Memory;
import io.fleetfit.agent.update.Trial;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.protocol.VariantManifest;
import io.fleetfit.protocol.picture.PictureShape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Runs a loaded variant on inputs from a fixed seed and holds what comes out against contract and budget. */
final class TrialRun {
    private static final int WARM_UP = 3;
    private static final int RUNS = 20;
    private static final long MAX_SECONDS = 120;
    private static final long SEED = 0x666c6565746669L;

    private final LoadedModel model;
    private final VariantManifest manifest;

    TrialRun(LoadedModel model, VariantManifest manifest) {
        this.model = model;
        this.manifest = manifest;
    }

    /**
     * Runs the trial.
     *
     * @param rssBefore resident memory before the variant was loaded, in bytes
     */
    @SuppressWarnings("try") // the watchdog only has to be there
    Trial run(Budget budget, long rssBefore) throws UpdateFailure {
        requireContract();
        double[] millis = new double[RUNS];
        try (Watchdog watchdog = new Watchdog(model);
                Frame frame = model.borrow(shapes())) {
            fill(frame);
            for (int i = -WARM_UP; i < RUNS; i++) {
                long begin = System.nanoTime();
                frame.run();
                if (i >= 0) {
                    millis[i] = (System.nanoTime() - begin) / 1e6;
                }
            }
            requireFinite(frame);
            requireOutputShapes(frame);
        } catch (InferenceException e) {
            throw UpdateFailure.of(ErrorCode.RUNTIME_TRIAL, String.valueOf(e.getMessage()), e);
        }
        Arrays.sort(millis);
        Trial trial = new Trial(
                RUNS, millis[RUNS / 2], millis[RUNS * 95 / 100], Math.max(0, Memory.residentBytes() - rssBefore));
        requireBudget(trial, budget);
        return trial;
    }

    /** Ends runs that do not end by themselves: a loop in a model may never do so. */
    private static final class Watchdog implements AutoCloseable {
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "fleetfit-trial-watchdog");
            made.setDaemon(true);
            return made;
        });

        Watchdog(LoadedModel model) {
            ScheduledFuture<?> unused = timer.schedule(model::terminate, MAX_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            timer.shutdownNow();
        }
    }

    private void requireContract() throws UpdateFailure {
        requireSame("input", manifest.contract().inputs(), model.inputs());
        requireSame("output", manifest.contract().outputs(), model.outputs());
    }

    private static void requireSame(String what, List<TensorSpec> contract, List<TensorSpec> graph)
            throws UpdateFailure {
        for (TensorSpec wanted : contract) {
            boolean there = graph.stream()
                    .anyMatch(spec ->
                            spec.name().equals(wanted.name()) && spec.type().equals(wanted.type()));
            if (!there) {
                throw UpdateFailure.of(
                        ErrorCode.RUNTIME_TRIAL,
                        "the contract names the " + what + " " + wanted.name() + " of type " + wanted.type()
                                + "; the model has " + graph);
            }
        }
    }

    /** The shapes of the graph; a dimension that it leaves open is taken from the contract or the picture, else 1. */
    private List<long[]> shapes() {
        return model.inputs().stream().map(this::shape).toList();
    }

    private long[] shape(TensorSpec input) {
        List<Long> contract = manifest.contract().inputs().stream()
                .filter(spec -> spec.name().equals(input.name())
                        && spec.shape().size() == input.shape().size())
                .findFirst()
                .map(TensorSpec::shape)
                .orElse(input.shape());
        long[] picture = manifest.contract().image() == null
                ? new long[0]
                : PictureShape.of(manifest.contract().image());
        long[] shape = new long[input.shape().size()];
        for (int i = 0; i < shape.length; i++) {
            long known = input.shape().get(i) > 0 ? input.shape().get(i) : contract.get(i);
            shape[i] = known > 0 ? known : picture.length == shape.length ? picture[i] : 1;
        }
        return shape;
    }

    /** Values of a range that every kind of model takes: 0 to 1 for numbers, 0 or 1 for whole ones. */
    private void fill(Frame frame) {
        Random random = new Random(SEED);
        for (int i = 0; i < model.inputs().size(); i++) {
            ByteBuffer buffer = frame.input(i);
            String type = model.inputs().get(i).type();
            while (buffer.hasRemaining()) {
                switch (type) {
                    case "FP32" -> buffer.putFloat(random.nextFloat());
                    case "FP64" -> buffer.putDouble(random.nextDouble());
                    case "INT64" -> buffer.putLong(random.nextInt(2));
                    case "INT32" -> buffer.putInt(random.nextInt(2));
                    case "FP16", "BF16", "INT16" -> buffer.putShort((short) 0);
                    default -> buffer.put((byte) random.nextInt(2));
                }
            }
        }
    }

    private void requireOutputShapes(Frame frame) throws UpdateFailure {
        for (int i = 0; i < model.outputs().size(); i++) {
            String name = model.outputs().get(i).name();
            long[] got = frame.outputShape(i);
            for (TensorSpec wanted : manifest.contract().outputs()) {
                if (wanted.name().equals(name) && !fits(got, wanted.shape())) {
                    throw UpdateFailure.of(
                            ErrorCode.RUNTIME_TRIAL,
                            "output " + name + " has the shape " + Arrays.toString(got) + "; the contract says "
                                    + wanted.shape() + " (-1 is any)");
                }
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

    private void requireFinite(Frame frame) throws UpdateFailure {
        for (int i = 0; i < model.outputs().size(); i++) {
            TensorSpec output = model.outputs().get(i);
            ByteBuffer values = frame.output(i);
            while (output.type().equals("FP32") && values.hasRemaining()) {
                if (!Float.isFinite(values.getFloat())) {
                    throw UpdateFailure.of(
                            ErrorCode.RUNTIME_TRIAL, "output " + output.name() + " holds values that are not finite");
                }
            }
        }
    }

    private void requireBudget(Trial trial, Budget budget) throws UpdateFailure {
        Double maxMillis = budget.maxP95Millis();
        if (maxMillis != null && trial.p95Millis() > maxMillis) {
            throw over(ErrorCode.BUDGET_LATENCY, "95 of 100 runs within milliseconds", trial.p95Millis(), maxMillis);
        }
        Long maxBytes = budget.maxMemoryBytes();
        if (maxBytes != null && trial.memoryBytes() > maxBytes) {
            throw over(ErrorCode.BUDGET_MEMORY, "bytes of memory", (double) trial.memoryBytes(), (double) maxBytes);
        }
    }

    private UpdateFailure over(ErrorCode code, String what, double needed, double available) {
        return new UpdateFailure(new UpdateError(
                code,
                String.format(
                        java.util.Locale.ROOT,
                        "%s takes %s %.3f; the budget is %.3f",
                        manifest.reference(),
                        what,
                        needed,
                        available),
                needed,
                available));
    }
}

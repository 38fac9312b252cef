package io.fleetfit.worker;

import ai.onnxruntime.OrtException;
import io.fleetfit.compress.evaluate.Evaluation.LatencyRatio;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * Latency of a variant as a ratio to its parent's. Rounds of one and the other alternate, and so does who begins, so that
 * what else the machine does falls on both; the ratio is the median over rounds.
 *
 * <p>With one thread, in which all work is done by the thread that calls, the thread's own time is taken: it is what the run
 * takes on an idle machine, whatever else runs on this one. With more threads the time that passes is taken.
 */
final class LatencyBench {
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long WARM_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int LEAST_WARM_RUNS = 3;
    private static final long SIDE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int LEAST_ROUNDS = 20;
    private static final int MOST_ROUNDS = 500;
    /** Half the width of the median's interval of 95 % that is good enough, relative to the ratio. */
    private static final double TIGHT = 0.02;

    private final double[] parentMillis = new double[MOST_ROUNDS];
    private final double[] variantMillis = new double[MOST_ROUNDS];
    private final double[] ratios = new double[MOST_ROUNDS];
    private int rounds;

    private final LongSupplier clock;

    private LatencyBench(int threads) {
        ThreadMXBean own = ManagementFactory.getThreadMXBean();
        clock = threads == 1 && own.isCurrentThreadCpuTimeSupported() ? own::getCurrentThreadCpuTime : System::nanoTime;
    }

    /** Measures both with the same inputs. */
    static LatencyRatio compare(
            OrtModel parent, OrtModel variant, Map<String, FloatTensor> inputs, int threads, Runnable beat)
            throws ModelRefused {
        LatencyBench bench = new LatencyBench(threads);
        try (PinnedRun first = new PinnedRun(parent, inputs);
                PinnedRun second = new PinnedRun(variant, inputs)) {
            bench.measure(first, second, beat);
        } catch (OrtException e) {
            throw ModelRunner.refused(e);
        }
        return bench.result(threads);
    }

    private void measure(PinnedRun parent, PinnedRun variant, Runnable beat) throws OrtException {
        long start = System.nanoTime();
        int warm = 0;
        long slowest = 1;
        for (; warm < LEAST_WARM_RUNS || System.nanoTime() - start < WARM_NANOS; warm++) {
            slowest = Math.max(parent.nanos(1, clock), variant.nanos(1, clock));
            beat.run();
        }
        int runs = (int) Math.max(1, SIDE_NANOS / slowest);
        while (rounds < MOST_ROUNDS && !isEnough(System.nanoTime() - start)) {
            boolean parentFirst = rounds % 2 == 0;
            double before = parentFirst ? parent.nanos(runs, clock) : 0;
            double changed = variant.nanos(runs, clock);
            double plain = parentFirst ? before : parent.nanos(runs, clock);
            parentMillis[rounds] = plain / runs / 1e6;
            variantMillis[rounds] = changed / runs / 1e6;
            ratios[rounds] = changed / plain;
            rounds++;
            beat.run();
        }
    }

    private boolean isEnough(long nanos) {
        if (rounds < 2 || (rounds < LEAST_ROUNDS && nanos < MOST_NANOS)) {
            return false;
        }
        return nanos >= MOST_NANOS || isTight();
    }

    /** By the order statistics around the median, whatever the distribution. */
    private boolean isTight() {
        double[] sorted = Arrays.copyOf(ratios, rounds);
        Arrays.sort(sorted);
        double reach = 0.98 * Math.sqrt(rounds);
        double low = sorted[Math.max(0, (int) Math.floor((rounds - 1) / 2.0 - reach))];
        double high = sorted[Math.min(rounds - 1, (int) Math.ceil((rounds - 1) / 2.0 + reach))];
        return (high - low) / 2 <= TIGHT * sorted[rounds / 2];
    }

    private LatencyRatio result(int threads) {
        return new LatencyRatio(
                MachineName.read(),
                threads,
                percentile(parentMillis, 50),
                percentile(variantMillis, 50),
                percentile(ratios, 50),
                percentile(ratios, 5),
                percentile(ratios, 95));
    }

    private double percentile(double[] values, double percent) {
        return new Percentile().evaluate(values, 0, rounds, percent);
    }
}

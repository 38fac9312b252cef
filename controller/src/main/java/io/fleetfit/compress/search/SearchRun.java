package io.fleetfit.compress.search;

import io.fleetfit.compress.JobContext;
import io.fleetfit.onnx.ModelRefused;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;

/** One search from its beginning, or from where its journal ends, to its end or the end of its budget. */
final class SearchRun {
    private final SearchOrder order;
    private final StepRunner runner;
    private final ReadWriteLock quiet;
    private final JobContext context;
    private final CompressionSearch search;
    private final long begin = System.nanoTime();
    private double progress;

    /** {@code quiet} is shared by all searches: whoever measures latency holds its write lock. */
    SearchRun(SearchOrder order, StepRunner runner, ReadWriteLock quiet, JobContext context) {
        this.order = order;
        this.runner = runner;
        this.quiet = quiet;
        this.context = context;
        this.search = new CompressionSearch(order.plan());
    }

    SearchReport run() throws ModelRefused, IOException {
        ExecutorService workers = Executors.newFixedThreadPool(order.parallel(), work -> {
            Thread thread = new Thread(work, "compress");
            thread.setDaemon(true);
            return thread;
        });
        try (Journal journal = Journal.open(context.folder().resolve("journal.jsonl"))) {
            for (Outcome outcome : journal.all()) {
                if (!runner.recall(outcome)) {
                    journal.forget(outcome);
                }
            }
            double before = journal.spentSeconds();
            context.at(0, "checks the data sets");
            runner.checkSamples(order.plan().firstSamples());
            while (!search.ready().isEmpty()) {
                context.checkpoint();
                double left = order.budgetSeconds() - before - seconds();
                List<Outcome> outcomes = wave(journal, workers, left, before);
                search.accept(outcomes);
                tell(outcomes);
                if (outcomes.isEmpty()) {
                    search.stop("the budget of " + text(order.budgetSeconds()) + " is spent");
                }
            }
            return search.report(order.calibration(), order.validation(), before + seconds());
        } finally {
            workers.shutdownNow();
        }
    }

    private double seconds() {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static String text(long seconds) {
        return Duration.ofSeconds(seconds).toString().substring(2).toLowerCase(Locale.ROOT);
    }

    /** The next steps, as many as may run at once; a measurement runs alone. */
    private List<Step> next() {
        List<Step> ready = search.ready();
        return ready.get(0).kind() == Step.Kind.MEASURE
                ? ready.subList(0, 1)
                : ready.subList(0, Math.min(order.parallel(), ready.size()));
    }

    /** How the next steps ended; those that the budget cut off are not among them. */
    private List<Outcome> wave(Journal journal, ExecutorService workers, double left, double before)
            throws ModelRefused, IOException {
        List<Outcome> known = new ArrayList<>();
        Map<Step, Future<Outcome>> running = new HashMap<>();
        List<Step> steps = next();
        for (Step step : steps) {
            journal.find(step).ifPresent(known::add);
            if (journal.find(step).isEmpty() && left > 0) {
                running.put(step, workers.submit(() -> inTurn(step)));
            }
        }
        if (!running.isEmpty()) {
            context.at(progress, text(steps));
        }
        long end = System.nanoTime() + (long) (Math.max(0, left) * 1e9);
        List<Outcome> fresh = new ArrayList<>();
        try {
            for (Step step : steps) {
                Future<Outcome> future = running.get(step);
                Outcome outcome = future == null ? null : await(future, end);
                if (outcome != null) {
                    fresh.add(outcome);
                }
            }
        } finally {
            running.values().forEach(future -> future.cancel(true));
        }
        journal.append(fresh, before + seconds());
        known.addAll(fresh);
        return known;
    }

    private Outcome inTurn(Step step) throws ModelRefused, IOException, InterruptedException {
        Lock lock = step.kind() == Step.Kind.MEASURE ? quiet.writeLock() : quiet.readLock();
        lock.lockInterruptibly();
        try {
            return runner.run(step);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Outcome await(Future<Outcome> future, long end) throws ModelRefused, IOException {
        try {
            // The job's own thread is never interrupted; cancelling breaks off the work that it waits for.
            return future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the search was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ModelRefused cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IOException("a step of the search failed: " + e.getMessage(), e);
        }
    }

    private static String text(List<Step> steps) {
        return String.join(
                ", ",
                steps.stream()
                        .map(step -> switch (step.kind()) {
                                    case MAKE -> "makes ";
                                    case SCREEN -> "looks at ";
                                    case JUDGE -> "judges ";
                                    case MEASURE -> "measures ";
                                }
                                + step.recipe().name())
                        .toList());
    }

    /** Everybody who listens hears what was done and what the fronts are now. */
    private void tell(List<Outcome> outcomes) {
        progress = Math.max(progress, search.progress());
        SearchReport now = search.report(null, null, 0);
        for (Outcome outcome : outcomes) {
            String[] key = outcome.key().split(":", -1);
            Map<String, Object> data = new HashMap<>(Map.of(
                    "job", context.id(),
                    "model", order.model(),
                    "version", order.version(),
                    "step", key[0],
                    "candidate", key[1],
                    "seconds", outcome.seconds(),
                    "fronts", now.fronts()));
            if (outcome.problem() != null) {
                data.put("problem", outcome.problem());
            }
            if (outcome.made() != null) {
                data.put("size", outcome.made().size());
            }
            if (outcome.evaluation() != null && outcome.evaluation().quality() != null) {
                data.put("quality", outcome.evaluation().quality());
            }
            if (outcome.evaluation() != null && outcome.evaluation().latency() != null) {
                data.put("latencyRatio", outcome.evaluation().latency().ratio());
            }
            context.emit("compress.candidate", data);
        }
    }
}

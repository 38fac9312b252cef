package io.fleetfit.compress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.registry.BlobReferences;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs long work, a bounded number at a time, and remembers how it ended: {@code QUEUED → RUNNING → SUCCEEDED | FAILED |
 * CANCELLED}.
 *
 * <p>When the controller stops or is killed, work given as a lambda reads as failed afterwards; it is all or nothing, so
 * that it can be asked for again. Work given as a request to a {@link Resumable} kind is put in line again by
 * {@link #resume}, at most {@value #MOST_BEGINNINGS} times, so that a job that kills the controller does not do so for ever.
 */
public final class Jobs implements AutoCloseable, BlobReferences {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final ObjectMapper JSON = JsonCodec.mapper();
    private static final int MOST_WAITING = 1_000;
    private static final int REMEMBERED = 1_000;
    private static final int MOST_BEGINNINGS = 5;

    private final JobFiles files;
    private final Watcher watcher;
    private final Clock clock;
    private final ThreadPoolExecutor workers;
    private final Map<String, Job> jobs = new ConcurrentHashMap<>();
    private final Map<String, RunningJob> contexts = new ConcurrentHashMap<>();
    private final Map<String, Resumable> kinds = new ConcurrentHashMap<>();

    /** The work of a job. */
    @FunctionalInterface
    public interface Work {
        /** Does it and gives its result; a {@link ModelRefused} or {@link Refused} is the user's to mend. */
        Map<String, Object> run(JobContext context) throws ModelRefused, IOException;
    }

    /** Work that can go on after a restart: what it has done so far lies in its {@link JobContext#folder}. */
    @FunctionalInterface
    public interface Resumable {
        /** Does what is left of the request, as {@link Work#run} does. */
        Map<String, Object> run(JsonNode request, JobContext context) throws ModelRefused, IOException;
    }

    /** Says how far the work is. */
    @FunctionalInterface
    public interface Progress {
        /** {@code share} is 0 to 1. */
        void at(double share, String message);
    }

    /** Sees what happens to jobs. */
    @FunctionalInterface
    public interface Watcher {
        /** A job changed. */
        void changed(Job job);

        /** Something happened in a job. */
        default void happened(String topic, Map<String, ?> data) {}
    }

    /** Ends the work of a job that was cancelled, or whose controller stops. */
    public static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Broken() {
            super("the job was broken off", null, false, false);
        }
    }

    /** Jobs remembered in this folder; {@code parallel} run at once; {@code watcher} sees every change. */
    public Jobs(Path folder, int parallel, Watcher watcher, Clock clock) throws IOException {
        this.files = new JobFiles(folder);
        this.watcher = watcher;
        this.clock = clock;
        workers = new ThreadPoolExecutor(
                parallel, parallel, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), work -> {
                    Thread thread = new Thread(work, "jobs");
                    thread.setDaemon(true);
                    return thread;
                });
        for (Job job : files.all()) {
            jobs.put(job.id(), job);
            if (!job.state().isEnded() && files.request(job.id()).isEmpty()) {
                end(job, Job.State.FAILED, "the controller was restarted; ask for it again", null, "restarted");
            }
        }
    }

    /** Says who does the work of a kind; before {@link #resume}. */
    public void handle(String kind, Resumable work) {
        kinds.put(kind, work);
    }

    /** Puts the work in line again that was not done when the controller stopped. */
    public void resume() {
        List<Job> left = jobs.values().stream()
                .filter(job -> !job.state().isEnded() && !contexts.containsKey(job.id()))
                .sorted(Comparator.comparing(Job::createdAt))
                .toList();
        for (Job job : left) {
            Resumable work = kinds.get(job.kind());
            if (work == null) {
                end(job, Job.State.FAILED, "this release knows no jobs of the kind " + job.kind(), null, "restarted");
            } else {
                Job queued = with(job, Job.State.QUEUED, job.progress(), "goes on after a restart", null, null);
                save(queued);
                enqueue(queued, Set.of(), context -> begin(job.id(), work, context));
            }
        }
    }

    private Map<String, Object> begin(String id, Resumable work, JobContext context) throws ModelRefused, IOException {
        if (files.begin(id) > MOST_BEGINNINGS) {
            throw new Conflict(
                    "the controller stopped " + MOST_BEGINNINGS + " times while this job ran",
                    "job",
                    id,
                    "look into the controller's log, then ask for it again");
        }
        return work.run(files.request(id).orElseThrow(), context);
    }

    /**
     * Puts work in line that is lost if the controller stops.
     *
     * @param uses blobs that must not be collected meanwhile
     * @throws Conflict if too much waits already
     */
    public Job submit(String kind, Set<Digest> uses, Work work) {
        Job job = queued(kind);
        save(job);
        enqueue(job, uses, work);
        forgetOldest();
        return job;
    }

    /**
     * Puts a request in line for the handler of its kind.
     *
     * @param uses blobs that must not be collected meanwhile; the handler holds them again after a restart
     * @throws Conflict if too much waits already
     */
    public Job submit(String kind, Set<Digest> uses, Object request) {
        Resumable work = Optional.ofNullable(kinds.get(kind))
                .orElseThrow(() -> new IllegalArgumentException("nobody handles jobs of the kind " + kind));
        Job job = queued(kind);
        files.request(job.id(), JSON.valueToTree(request));
        save(job);
        enqueue(job, uses, context -> begin(job.id(), work, context));
        forgetOldest();
        return job;
    }

    private Job queued(String kind) {
        return new Job(
                "j-" + UUID.randomUUID(),
                kind,
                Job.State.QUEUED,
                0,
                "waits for its turn",
                null,
                null,
                clock.instant(),
                null);
    }

    private void enqueue(Job job, Set<Digest> uses, Work work) {
        RunningJob context = new RunningJob(job.id(), files.folder(job.id()), this::progress, watcher);
        uses.forEach(context::hold);
        contexts.put(job.id(), context);
        try {
            workers.execute(() -> run(job, context, work));
        } catch (RejectedExecutionException e) {
            contexts.remove(job.id());
            end(job, Job.State.FAILED, "too many jobs wait", null, "busy");
            throw new Conflict("too many jobs wait", "jobs", Integer.toString(MOST_WAITING), "try again later");
        }
    }

    private void progress(String id, double share, String message) {
        Job now = jobs.computeIfPresent(
                id,
                (key, job) -> job.state() == Job.State.RUNNING
                        ? with(job, Job.State.RUNNING, share, message, null, null)
                        : job);
        if (now != null) {
            watcher.changed(now);
        }
    }

    private void run(Job queued, RunningJob context, Work work) {
        Job running = with(queued, Job.State.RUNNING, queued.progress(), "runs", null, null);
        try {
            context.checkpoint();
            save(running);
            end(running, Job.State.SUCCEEDED, "done", work.run(context), null);
        } catch (Broken e) {
            if (context.isCancelled()) {
                end(running, Job.State.CANCELLED, "cancelled", null, "cancelled");
            }
        } catch (ModelRefused e) {
            end(running, Job.State.FAILED, text(e), null, e.code().text());
        } catch (Refused e) {
            end(running, Job.State.FAILED, text(e) + "; " + e.remedy(), null, "refused");
        } catch (IOException | RuntimeException e) {
            LOG.error("the job {} failed", queued.id(), e);
            end(running, Job.State.FAILED, "the controller failed: " + e.getMessage(), null, "internal");
        } finally {
            contexts.remove(queued.id());
        }
    }

    private static String text(Exception e) {
        return String.valueOf(e.getMessage());
    }

    /** Its folder goes: whatever was in it served to go on. */
    private void end(
            Job job, Job.State state, String message, @Nullable Map<String, Object> result, @Nullable String code) {
        double progress = Optional.ofNullable(jobs.get(job.id())).orElse(job).progress();
        save(with(job, state, state == Job.State.SUCCEEDED ? 1 : progress, message, result, code));
        files.clear(job.id());
    }

    private Job with(
            Job job,
            Job.State state,
            double progress,
            String message,
            @Nullable Map<String, Object> result,
            @Nullable String code) {
        return new Job(
                job.id(),
                job.kind(),
                state,
                progress,
                message,
                result,
                code,
                job.createdAt(),
                state.isEnded() ? clock.instant() : null);
    }

    private void save(Job job) {
        jobs.put(job.id(), job);
        files.save(job);
        watcher.changed(job);
    }

    private void forgetOldest() {
        if (jobs.size() > REMEMBERED) {
            jobs.values().stream()
                    .filter(job -> job.state().isEnded())
                    .min(Comparator.comparing(Job::createdAt))
                    .ifPresent(job -> {
                        jobs.remove(job.id());
                        files.forget(job.id());
                    });
        }
    }

    /**
     * Cancels a job: its child processes are killed, and what it made so far is given up.
     *
     * @throws Conflict if it has ended already
     */
    public Job cancel(String id) {
        Job job = job(id);
        RunningJob context = contexts.get(id);
        if (job.state().isEnded() || context == null) {
            throw new Conflict(
                    "the job has ended already: " + job.message(), "job", id, "there is nothing left to cancel");
        }
        context.cancel();
        if (job.state() == Job.State.QUEUED) {
            Job cancelled = with(job, Job.State.CANCELLED, 0, "cancelled before it began", null, "cancelled");
            save(cancelled);
            return cancelled;
        }
        return job;
    }

    /** The job; {@link NotFound} if there is none. */
    public Job job(String id) {
        return Optional.ofNullable(jobs.get(id))
                .orElseThrow(() -> new NotFound("job", id, "the answer that began the job names it"));
    }

    /** All jobs, newest first. */
    public List<Job> list() {
        return jobs.values().stream()
                .sorted(Comparator.comparing(Job::createdAt).reversed())
                .toList();
    }

    /** Ids of the jobs that wait or run and use a blob. */
    public List<String> using(Digest blob) {
        return contexts.entrySet().stream()
                .filter(entry -> entry.getValue().held().contains(blob))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    @Override
    public Set<Digest> referenced() {
        Set<Digest> all = new HashSet<>();
        contexts.values().forEach(context -> all.addAll(context.held()));
        return all;
    }

    /** Breaks off what runs; what can go on does so when the controller starts again. */
    @Override
    public void close() {
        workers.shutdown();
        workers.getQueue().clear();
        contexts.values().forEach(RunningJob::stop);
        try {
            workers.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.fleetfit.compress;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.registry.BlobReferences;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.Refused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
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
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs long work, a bounded number at a time, and remembers how it ended. What ran when the controller was killed reads
 * as failed afterwards; each job is all or nothing, so that it can be asked for again.
 */
public final class Jobs implements AutoCloseable, BlobReferences {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final ObjectMapper JSON = JsonCodec.mapper();
    private static final int MOST_WAITING = 1_000;
    private static final int REMEMBERED = 1_000;

    private final Path folder;
    private final Consumer<Job> watcher;
    private final Clock clock;
    private final ThreadPoolExecutor workers;
    private final Map<String, Job> jobs = new ConcurrentHashMap<>();
    private final Map<String, Set<Digest>> blobs = new ConcurrentHashMap<>();

    /** The work of a job. */
    @FunctionalInterface
    public interface Work {
        /** Does it and gives its result; a {@link ModelRefused} or {@link Refused} is the user's to mend. */
        Map<String, Object> run(Progress progress) throws ModelRefused, IOException;
    }

    /** Says how far the work is. */
    @FunctionalInterface
    public interface Progress {
        /** {@code share} is 0 to 1. */
        void at(double share, String message);
    }

    /** Jobs remembered in this folder; {@code parallel} run at once; {@code watcher} sees every change. */
    public Jobs(Path folder, int parallel, Consumer<Job> watcher, Clock clock) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.watcher = watcher;
        this.clock = clock;
        workers = new ThreadPoolExecutor(
                parallel, parallel, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), work -> {
                    Thread thread = new Thread(work, "jobs");
                    thread.setDaemon(true);
                    return thread;
                });
        remember();
    }

    private void remember() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".json")).toList()) {
                Job job = JSON.readValue(Files.readAllBytes(file), Job.class);
                jobs.put(job.id(), job);
            }
        }
        for (Job job : List.copyOf(jobs.values())) {
            if (!job.state().isEnded()) {
                end(job, Job.State.FAILED, "the controller was restarted; ask for it again", null, "restarted");
            }
        }
    }

    /**
     * Puts work in line.
     *
     * @param uses blobs that must not be collected meanwhile
     * @throws Conflict if too much waits already
     */
    public Job submit(String kind, Set<Digest> uses, Work work) {
        Instant now = clock.instant();
        Job job = new Job(
                "j-" + UUID.randomUUID(), kind, Job.State.QUEUED, 0, "waits for its turn", null, null, now, null);
        blobs.put(job.id(), Set.copyOf(uses));
        save(job);
        try {
            workers.execute(() -> run(job, work));
        } catch (RejectedExecutionException e) {
            blobs.remove(job.id());
            end(job, Job.State.FAILED, "too many jobs wait", null, "busy");
            throw new Conflict("too many jobs wait", "jobs", Integer.toString(MOST_WAITING), "try again later");
        }
        forgetOldest();
        return job;
    }

    private void run(Job queued, Work work) {
        Job running = with(queued, Job.State.RUNNING, 0, "runs", null, null, null);
        save(running);
        try {
            Map<String, Object> result = work.run((share, message) -> {
                Job now = with(running, Job.State.RUNNING, share, message, null, null, null);
                jobs.put(now.id(), now);
                watcher.accept(now);
            });
            end(running, Job.State.SUCCEEDED, "done", result, null);
        } catch (ModelRefused e) {
            end(running, Job.State.FAILED, text(e), null, e.code().text());
        } catch (Refused e) {
            end(running, Job.State.FAILED, text(e) + "; " + e.remedy(), null, "refused");
        } catch (IOException | RuntimeException e) {
            LOG.error("the job {} failed", queued.id(), e);
            end(running, Job.State.FAILED, "the controller failed: " + e.getMessage(), null, "internal");
        } finally {
            blobs.remove(queued.id());
        }
    }

    private static String text(Exception e) {
        return String.valueOf(e.getMessage());
    }

    private void end(
            Job job, Job.State state, String message, @Nullable Map<String, Object> result, @Nullable String code) {
        save(with(
                job, state, state == Job.State.SUCCEEDED ? 1 : job.progress(), message, result, code, clock.instant()));
    }

    private static Job with(
            Job job,
            Job.State state,
            double progress,
            String message,
            @Nullable Map<String, Object> result,
            @Nullable String code,
            @Nullable Instant endedAt) {
        return new Job(job.id(), job.kind(), state, progress, message, result, code, job.createdAt(), endedAt);
    }

    private void save(Job job) {
        jobs.put(job.id(), job);
        try {
            Path draft = Files.createTempFile(folder, "job", ".tmp");
            Files.write(draft, JSON.writeValueAsBytes(job));
            Files.move(draft, file(job), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remember the job " + job.id(), e);
        }
        watcher.accept(job);
    }

    private Path file(Job job) {
        return folder.resolve(job.id() + ".json");
    }

    private void forgetOldest() {
        if (jobs.size() > REMEMBERED) {
            Optional<Job> oldest = jobs.values().stream()
                    .filter(job -> job.state().isEnded())
                    .min(Comparator.comparing(Job::createdAt));
            oldest.ifPresent(job -> {
                jobs.remove(job.id());
                try {
                    Files.deleteIfExists(file(job));
                } catch (IOException e) {
                    LOG.warn("cannot forget the job {}", job.id(), e);
                }
            });
        }
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
        return blobs.entrySet().stream()
                .filter(entry -> entry.getValue().contains(blob))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    @Override
    public Set<Digest> referenced() {
        Set<Digest> all = new HashSet<>();
        blobs.values().forEach(all::addAll);
        return all;
    }

    @Override
    public void close() {
        workers.shutdownNow();
        try {
            workers.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

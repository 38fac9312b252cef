package io.fleetfit.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.NotFound;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {
    private static final Digest BLOB = Digest.of("blob".getBytes(StandardCharsets.UTF_8));

    @TempDir
    private Path folder;

    private final List<Job> seen = new CopyOnWriteArrayList<>();
    private final List<Jobs> opened = new ArrayList<>();
    private Jobs jobs;

    @BeforeEach
    void open() throws IOException {
        jobs = reopened();
    }

    private Jobs reopened() throws IOException {
        Jobs made = new Jobs(folder, 1, seen::add, Clock.systemUTC());
        opened.add(made);
        return made;
    }

    @AfterEach
    void close() {
        opened.forEach(Jobs::close);
    }

    private static Map<String, Object> forEver(JobContext context, Semaphore begun) throws ModelRefused, IOException {
        return context.breakable(() -> {
            begun.release();
            try {
                new CountDownLatch(1).await();
                return Map.of();
            } catch (InterruptedException e) {
                throw new ModelRefused(ModelRefused.Code.TIMEOUT, "interrupted", e);
            }
        });
    }

    private Job.State state(Job job) {
        return jobs.job(job.id()).state();
    }

    @Test
    void a_running_job_is_broken_off_and_lets_go_of_its_blobs() throws Exception {
        Semaphore begun = new Semaphore(0);
        Job job = jobs.submit("wait", Set.of(BLOB), context -> forEver(context, begun));
        begun.acquire();
        assertThat(jobs.referenced()).containsExactly(BLOB);

        jobs.cancel(job.id());

        await().untilAsserted(() -> assertThat(state(job)).isEqualTo(Job.State.CANCELLED));
        await().untilAsserted(() -> assertThat(jobs.referenced()).isEmpty());
        assertThat(jobs.job(job.id()).endedAt()).isNotNull();
        assertThatThrownBy(() -> jobs.cancel(job.id())).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> jobs.cancel("j-none")).isInstanceOf(NotFound.class);
        Job next = jobs.submit("next", Set.of(), context -> Map.of("interrupted", Thread.interrupted()));
        await().untilAsserted(() -> assertThat(jobs.job(next.id()).result()).containsEntry("interrupted", false));
    }

    @Test
    void a_waiting_job_is_cancelled_before_it_begins() throws Exception {
        Semaphore begun = new Semaphore(0);
        Job first = jobs.submit("wait", Set.of(), context -> forEver(context, begun));
        begun.acquire();
        List<String> done = new CopyOnWriteArrayList<>();
        Job second = jobs.submit("note", Set.of(), context -> {
            done.add("second");
            return Map.of();
        });

        assertThat(jobs.cancel(second.id()).state()).isEqualTo(Job.State.CANCELLED);
        jobs.cancel(first.id());

        Job third = jobs.submit("note", Set.of(), context -> Map.of());
        await().untilAsserted(() -> assertThat(state(third)).isEqualTo(Job.State.SUCCEEDED));
        assertThat(done).isEmpty();
        assertThat(state(second)).isEqualTo(Job.State.CANCELLED);
    }

    @Test
    void what_can_go_on_does_so_with_its_folder_after_a_restart() throws Exception {
        Semaphore begun = new Semaphore(0);
        jobs.handle("grow", (request, context) -> {
            Files.writeString(context.folder().resolve("done"), "half");
            return forEver(context, begun);
        });
        Job job = jobs.submit("grow", Set.of(), Map.of("to", 7));
        Job lost = jobs.submit("wait", Set.of(), context -> Map.of());
        begun.acquire();

        jobs.close();
        jobs = reopened();
        jobs.handle(
                "grow",
                (request, context) -> Map.of(
                        "to", request.path("to").asInt(),
                        "before", Files.readString(context.folder().resolve("done"))));
        jobs.resume();

        await().untilAsserted(() -> assertThat(state(job)).isEqualTo(Job.State.SUCCEEDED));
        assertThat(jobs.job(job.id()).result()).isEqualTo(Map.of("to", 7, "before", "half"));
        assertThat(folder.resolve(job.id())).doesNotExist();
        assertThat(jobs.job(lost.id()).code()).isEqualTo("restarted");
    }

    @Test
    void a_job_that_stops_the_controller_every_time_is_given_up() throws Exception {
        Semaphore begun = new Semaphore(0);
        jobs.handle("deadly", (request, context) -> forEver(context, begun));
        Job job = jobs.submit("deadly", Set.of(), Map.of());
        begun.acquire();
        for (int i = 1; i < 5; i++) {
            jobs.close();
            jobs = reopened();
            jobs.handle("deadly", (request, context) -> forEver(context, begun));
            jobs.resume();
            begun.acquire();
        }
        jobs.close();
        jobs = reopened();
        jobs.handle("deadly", (request, context) -> Map.of());

        jobs.resume();

        await().untilAsserted(() -> assertThat(state(job)).isEqualTo(Job.State.FAILED));
        assertThat(jobs.job(job.id()).message()).contains("stopped 5 times while this job ran");
    }

    @Test
    void progress_and_the_end_are_seen() {
        Job job = jobs.submit("count", Set.of(), context -> {
            context.at(0.5, "half");
            return Map.of("n", 2);
        });

        await().untilAsserted(() -> assertThat(state(job)).isEqualTo(Job.State.SUCCEEDED));
        assertThat(seen).extracting(Job::message).containsSubsequence("waits for its turn", "half", "done");
        assertThat(seen).extracting(Job::progress).containsSubsequence(0.0, 0.5, 1.0);
    }
}

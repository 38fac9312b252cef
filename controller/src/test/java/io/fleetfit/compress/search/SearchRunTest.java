package io.fleetfit.compress.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.compress.CheckReport;
import io.fleetfit.compress.DistillOrder;
import io.fleetfit.compress.Distilled;
import io.fleetfit.compress.JobContext;
import io.fleetfit.compress.Made;
import io.fleetfit.compress.MakeOrder;
import io.fleetfit.compress.ModelWorkshop;
import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.Target;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.EvaluationOrder;
import io.fleetfit.dataset.SampleSource;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.store.FileBlobStore;
import io.fleetfit.store.TestStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.ExecutionSettings;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search with its journal and its blobs, on a workshop whose figures are made up. */
class SearchRunTest {
    private static final Recipe FP32 = FakeBench.recipe("fp32", "fp32", Target.ANY, false);
    private static final Recipe HALVES = FakeBench.recipe("fp16-storage", "fp16-storage", Target.ANY, true);
    private static final Recipe INT8 = FakeBench.recipe("int8", "int8", Target.X86_VNNI, false);

    @TempDir
    private Path folder;

    private final FakeBench bench = new FakeBench()
            .has("fp32", 4_000, 0.90, 1, 100)
            .has("fp16-storage", 2_000, 0.90, 1, 100)
            .has("int8", 1_050, 0.896, 0.5, 100);

    private FileBlobStore blobs;
    private SearchOrder order;

    @BeforeEach
    void givenAVersion() throws IOException {
        blobs = new FileBlobStore(folder.resolve("blobs"), Clock.systemUTC());
        Path file = Files.writeString(folder.resolve("source"), "source");
        Digest source = Digest.of(Files.readAllBytes(file));
        blobs.adopt(file, source);
        order = order(source, 600);
    }

    private static SearchOrder order(Digest source, long seconds) {
        SearchTarget here = new SearchTarget("here", Target.X86_VNNI, true);
        return new SearchOrder(
                "net",
                "1",
                source,
                new SearchPlan(List.of(here), List.of(FP32, HALVES, INT8), 0.01, 1.25, FakeBench.SAMPLES, 100),
                null,
                new DataChoice("photos", source, null, FakeBench.SAMPLES, 1),
                seconds,
                2);
    }

    private SearchReport search(ModelWorkshop workshop, JobContext context) throws ModelRefused, IOException {
        StepRunner runner = new StepRunner(workshop, blobs, new Choices(), order, TestStores.contract(), context);
        return new SearchRun(order, runner, new ReentrantReadWriteLock(true), context).run();
    }

    private Path jobFolder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    @Test
    void a_search_that_is_broken_off_at_any_step_goes_on_and_finds_the_same() throws Exception {
        FakeWorkshop workshop = new FakeWorkshop();
        Context whole = new Context(jobFolder("whole"), Integer.MAX_VALUE);
        SearchReport expected = search(workshop, whole);
        int steps = whole.calls.get();
        assertThat(expected.fronts().get("here")).containsExactly("fp16-storage", "int8");

        for (int broken = 1; broken <= steps; broken++) {
            Path job = jobFolder("broken-" + broken);
            Context first = new Context(job, broken);
            assertThatThrownBy(() -> search(new FakeWorkshop(), first)).isInstanceOf(Interruption.class);
            tear(job.resolve("journal.jsonl"));
            Context second = new Context(job, Integer.MAX_VALUE);

            SearchReport resumed = search(new FakeWorkshop(), second);

            assertThat(resumed.fronts()).isEqualTo(expected.fronts());
            assertThat(resumed.members()).isEqualTo(expected.members());
            assertThat(resumed.dropped()).isEqualTo(expected.dropped());
            assertThat(second.calls.get()).isLessThanOrEqualTo(steps);
        }
    }

    /** As a power cut leaves it: half a line at the end. */
    private static void tear(Path journal) throws IOException {
        if (Files.exists(journal)) {
            Files.writeString(journal, "{\"spentSeconds\":3,\"outco", StandardOpenOption.APPEND);
        }
    }

    @Test
    void a_candidate_whose_file_is_lost_is_made_again() throws Exception {
        Context first = new Context(jobFolder("job"), Integer.MAX_VALUE);
        SearchReport expected = search(new FakeWorkshop(), first);
        blobs.delete(expected.members().get(0).blob());
        FakeWorkshop workshop = new FakeWorkshop();

        SearchReport again = search(workshop, new Context(jobFolder("job"), Integer.MAX_VALUE));

        assertThat(again.members()).isEqualTo(expected.members());
        assertThat(workshop.made.get()).isEqualTo(1);
        assertThat(blobs.contains(expected.members().get(0).blob())).isTrue();
    }

    @Test
    void the_best_so_far_is_kept_when_the_budget_ends() throws Exception {
        order = order(order.source(), 3);
        FakeWorkshop workshop = new FakeWorkshop();
        workshop.stuck = "int8";

        SearchReport report = search(workshop, new Context(jobFolder("job"), Integer.MAX_VALUE));

        assertThat(report.stopped()).isEqualTo("the budget of 3s is spent");
        assertThat(report.fronts().get("here")).containsExactly("fp16-storage");
        assertThat(report.dropped())
                .anySatisfy(each -> assertThat(each.reason()).isEqualTo("not evaluated: the budget of 3s is spent"));
        assertThat(workshop.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void what_was_made_is_held_and_told_with_the_fronts_so_far() throws Exception {
        Context context = new Context(jobFolder("job"), Integer.MAX_VALUE);

        SearchReport report = search(new FakeWorkshop(), context);

        assertThat(context.held)
                .containsAll(
                        report.members().stream().map(SearchReport.Member::blob).toList());
        assertThat(context.events).containsKeys("MAKE fp32", "SCREEN fp16-storage", "JUDGE int8", "MEASURE int8");
        assertThat(Objects.requireNonNull(context.events.get("MEASURE int8")))
                .containsEntry("fronts", report.fronts())
                .containsEntry("latencyRatio", 0.5);
    }

    @Test
    void samples_that_do_not_fit_end_the_search() {
        FakeWorkshop workshop = new FakeWorkshop();
        workshop.labelsFit = false;

        assertThatThrownBy(() -> search(workshop, new Context(jobFolder("job"), Integer.MAX_VALUE)))
                .isInstanceOf(ModelRefused.class)
                .hasMessage("no class 'cat'");
        assertThat(workshop.made.get()).isZero();
    }

    /** Makes files whose content is the recipe's name, and answers with the bench's figures. */
    private final class FakeWorkshop implements ModelWorkshop {
        @Override
        public Optional<Golden> golden(Path onnx, ModelContract contract, ExecutionSettings settings, double relative) {
            return Optional.empty();
        }

        private final AtomicInteger made = new AtomicInteger();
        private final CountDownLatch interrupted = new CountDownLatch(1);
        private @Nullable String stuck;
        private boolean labelsFit = true;

        @Override
        public CheckReport check(Path onnx, @Nullable ModelContract contract) {
            throw new UnsupportedOperationException("a search checks nothing");
        }

        @Override
        public Made make(MakeOrder wish) throws ModelRefused {
            if (wish.recipe().name().equals(stuck)) {
                waitForEver();
            }
            made.incrementAndGet();
            Made figures = Objects.requireNonNull(
                    bench.run(new Step(Step.Kind.MAKE, wish.recipe(), 0)).made());
            try {
                Files.writeString(wish.target(), wish.recipe().name());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return figures;
        }

        private void waitForEver() throws ModelRefused {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                Thread.currentThread().interrupt();
                throw new ModelRefused(ModelRefused.Code.TIMEOUT, "interrupted", e);
            }
        }

        @Override
        public Evaluation evaluate(EvaluationOrder wish) throws ModelRefused {
            if (!labelsFit) {
                throw new ModelRefused(ModelRefused.Code.DATA_SET, "no class 'cat'");
            }
            try {
                String name = Files.readString(wish.variant());
                Recipe recipe = name.equals("fp16-storage") ? HALVES : name.equals("int8") ? INT8 : FP32;
                Step.Kind kind = wish.latencyThreads() == null ? Step.Kind.JUDGE : Step.Kind.MEASURE;
                Step step = new Step(kind, recipe, wish.validation().most());
                return Objects.requireNonNull(bench.run(step).evaluation());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Distilled distill(DistillOrder wish) {
            throw new UnsupportedOperationException("a search distills nothing");
        }
    }

    private final class Choices implements SampleChoices {
        @Override
        public DataChoice choose(String field, String reference, ModelContract contract, int most) {
            throw new UnsupportedOperationException("a search has its samples");
        }

        @Override
        public SampleSource source(DataChoice choice, int most) {
            return new SampleSource(folder, choice.digest(), Math.min(most, choice.count()), choice.seed());
        }
    }

    /** As if the controller had been killed. */
    private static final class Interruption extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A job that is broken off before its {@code last} piece of work. */
    private static final class Context implements JobContext {
        private final Path own;
        private final int last;
        private final AtomicInteger calls = new AtomicInteger();
        private final Set<Digest> held = ConcurrentHashMap.newKeySet();
        private final Map<String, Map<String, Object>> events = new HashMap<>();

        Context(Path own, int last) {
            this.own = own;
            this.last = last;
        }

        @Override
        public String id() {
            return "j-1";
        }

        @Override
        public Path folder() {
            return own;
        }

        @Override
        public void at(double share, String message) {
            assertThat(share).isBetween(0.0, 1.0);
        }

        @Override
        public void hold(Digest blob) {
            held.add(blob);
        }

        @Override
        public void emit(String topic, Map<String, ?> data) {
            events.put(data.get("step") + " " + data.get("candidate"), new HashMap<>(data));
        }

        @Override
        public <T> T breakable(Breakable<T> work) throws ModelRefused, IOException {
            if (calls.incrementAndGet() >= last) {
                throw new Interruption();
            }
            return work.run();
        }

        @Override
        public void checkpoint() {
            // Broken off in the middle of work, which is harder.
        }
    }
}

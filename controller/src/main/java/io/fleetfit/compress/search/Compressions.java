package io.fleetfit.compress.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.compress.Job;
import io.fleetfit.compress.JobContext;
import io.fleetfit.compress.Jobs;
import io.fleetfit.compress.ModelWorkshop;
import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.RecipeBook;
import io.fleetfit.compress.ReportStore;
import io.fleetfit.compress.evaluate.QualityMetric;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.BlobStore;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.ModelRegistry;
import io.fleetfit.registry.ModelVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** Searches for families of variants, as jobs of the kind {@value #KIND}. */
public final class Compressions {
    /** Kind of the jobs. */
    public static final String KIND = "compress";

    /** Calibration needs no more: a hundred or two samples show the ranges of activations. */
    static final int MOST_CALIBRATION = 200;

    private static final ObjectMapper JSON = JsonCodec.mapper();
    private static final int MOST_VALIDATION = 5_000;
    private static final int FIRST_SAMPLES = 64;
    private static final Duration LEAST_BUDGET = Duration.ofSeconds(10);
    private static final Duration MOST_BUDGET = Duration.ofDays(2);
    private static final double MOST_SLOWDOWN = 100;
    private static final double SLOWDOWN = 1.25;

    private final Parts parts;
    private final int parallel;
    private final ReadWriteLock quiet = new ReentrantReadWriteLock(true);

    /** What searches use. */
    public record Parts(
            ModelRegistry registry,
            BlobStore blobs,
            ModelWorkshop workshop,
            Jobs jobs,
            RecipeBook recipes,
            ReportStore reports,
            SampleChoices samples,
            SearchTargets targets) {}

    /** Searches run so many child processes at once each. */
    public Compressions(Parts parts, int parallel) {
        this.parts = parts;
        this.parallel = parallel;
        parts.jobs().handle(KIND, this::run);
    }

    /**
     * A search that a user wants.
     *
     * @param model name of the model
     * @param revision version or alias
     * @param targets names as {@link SearchTargets} reads them
     * @param maxDrop most drop of quality, as a share; 0.01 is one point
     * @param maxSlowdown most latency as a ratio to the parent where latency measured here counts; absent for 1.25
     * @param budget most time
     * @param calibration {@code set} or {@code set:split}; absent if there is none
     * @param validation the same; absent to judge by the calibration set
     * @param recipes names; absent for all that there are
     */
    public record Wish(
            String model,
            String revision,
            List<String> targets,
            double maxDrop,
            @Nullable Double maxSlowdown,
            Duration budget,
            @Nullable String calibration,
            @Nullable String validation,
            @Nullable List<String> recipes) {}

    /** Puts a search in line; whatever can be refused is refused at once. */
    public Job submit(Wish wish) {
        ModelContract contract = parts.registry().model(wish.model()).contract();
        ModelVersion version = parts.registry().resolve(wish.model(), wish.revision());
        var unused = QualityMetric.of(contract);
        bounds(wish);
        List<SearchTarget> targets = parts.targets().resolve(wish.targets());
        List<Recipe> recipes = recipes(wish.recipes());
        if (new CompressionSearch(new SearchPlan(targets, recipes, 0, 1, 1, 1))
                .ready()
                .isEmpty()) {
            throw new Invalid(
                    "none of the recipes is made for any of the targets",
                    "recipes",
                    wish.recipes(),
                    "leave the recipes out to try all");
        }
        DataChoice calibration = wish.calibration() == null
                ? null
                : parts.samples().choose("calibration", wish.calibration(), contract, MOST_CALIBRATION);
        DataChoice validation = validation(wish, contract);
        SearchOrder order = new SearchOrder(
                version.model(),
                version.version(),
                version.source(),
                new SearchPlan(
                        targets,
                        recipes,
                        wish.maxDrop(),
                        Objects.requireNonNullElse(wish.maxSlowdown(), SLOWDOWN),
                        validation.count(),
                        FIRST_SAMPLES),
                calibration,
                validation,
                wish.budget().toSeconds(),
                parallel);
        return parts.jobs().submit(KIND, uses(order), order);
    }

    private static Set<Digest> uses(SearchOrder order) {
        Set<Digest> uses =
                new HashSet<>(List.of(order.source(), order.validation().digest()));
        if (order.calibration() != null) {
            uses.add(order.calibration().digest());
        }
        return uses;
    }

    private static void bounds(Wish wish) {
        if (!(wish.maxDrop() >= 0 && wish.maxDrop() <= 1)) {
            throw new Invalid(
                    "the most drop of quality must be a share from 0 to 1",
                    "maxDrop",
                    wish.maxDrop(),
                    "use for example 0.01 for one point");
        }
        Double slowdown = wish.maxSlowdown();
        if (slowdown != null && !(slowdown > 0 && slowdown <= MOST_SLOWDOWN)) {
            throw new Invalid(
                    "the most slowdown must be a ratio above 0 and up to 100", "maxSlowdown", slowdown, "use 1.25");
        }
        if (wish.budget().compareTo(LEAST_BUDGET) < 0 || wish.budget().compareTo(MOST_BUDGET) > 0) {
            throw new Invalid(
                    "the budget must be 10 seconds to 2 days",
                    "budgetSeconds",
                    wish.budget().toSeconds(),
                    "use for example 600 for ten minutes");
        }
    }

    private List<Recipe> recipes(@Nullable List<String> names) {
        if (names == null) {
            return parts.recipes().list().stream()
                    .map(RecipeBook.Entry::recipe)
                    .filter(Objects::nonNull)
                    .<Recipe>map(recipe -> recipe)
                    .toList();
        }
        if (names.isEmpty()) {
            throw new Invalid(
                    "no recipe is named",
                    "recipes",
                    "",
                    "use some of " + parts.recipes().names());
        }
        return names.stream()
                .distinct()
                .map(name -> parts.recipes().require("recipes", name))
                .toList();
    }

    private DataChoice validation(Wish wish, ModelContract contract) {
        String reference = wish.validation() == null ? wish.calibration() : wish.validation();
        if (reference == null) {
            throw new Invalid(
                    "quality cannot be judged without samples",
                    "validation",
                    null,
                    "name a data set with labels; one without labels tells how far answers change");
        }
        return parts.samples()
                .choose(wish.validation() == null ? "calibration" : "validation", reference, contract, MOST_VALIDATION);
    }

    private Map<String, Object> run(JsonNode request, JobContext context) throws ModelRefused, IOException {
        SearchOrder order = order(request);
        uses(order).forEach(context::hold);
        ModelContract contract = parts.registry().model(order.model()).contract();
        StepRunner runner = new StepRunner(parts.workshop(), parts.blobs(), parts.samples(), order, contract, context);
        SearchReport report = new SearchRun(order, runner, quiet, context).run();
        context.at(0.99, "registers");
        List<String> variants = new Registration(parts.registry(), parts.reports(), contract).register(order, report);
        parts.reports().put(context.id(), order.model(), order.version(), report);
        Map<String, Object> result = new HashMap<>(Map.of(
                "model", order.model(),
                "version", order.version(),
                "variants", variants,
                "fronts", report.fronts(),
                "dropped", report.dropped().size(),
                "seconds", report.seconds()));
        if (report.stopped() != null) {
            result.put("stopped", report.stopped());
        }
        return result;
    }

    private static SearchOrder order(JsonNode request) {
        try {
            return JSON.treeToValue(request, SearchOrder.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the search was put in line by a release with another form", e);
        }
    }
}

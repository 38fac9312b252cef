package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.fleetfit.compress.Job;
import io.fleetfit.compress.search.Compressions;
import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.NotFound;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Recipes, searches for families, their comparison, soft targets, jobs. */
final class CompressRoutes {
    private static final String RECIPES = Api.ROOT + "/recipes";
    private static final String VERSION = Api.ROOT + "/models/:model/versions/:version";
    private static final String JOBS = Api.ROOT + "/jobs";
    private static final double DEFAULT_DROP = 0.01;
    private static final long DEFAULT_BUDGET_SECONDS = 600;

    private final Services services;

    private CompressRoutes(Services services) {
        this.services = services;
    }

    record NewCompression(
            @Nullable List<String> targets,
            @Nullable Double maxDrop,
            @Nullable Double maxSlowdown,
            @Nullable Long budgetSeconds,
            @Nullable String calibration,
            @Nullable String validation,
            @Nullable List<String> recipes) {}

    record NewDistillSet(@Nullable String data) {}

    static void add(Api api, Services services) {
        CompressRoutes routes = new CompressRoutes(services);
        var recipes = services.compression().recipes();
        api.add(GET, RECIPES, Access.VIEWER, call -> Answer.ok(Map.of("recipes", recipes.list())));
        api.add(POST, RECIPES, Access.OPERATOR, call -> Answer.created(recipes.add(call.text())));
        api.add(GET, RECIPES + "/:name", Access.VIEWER, call -> Answer.ok(recipes.entry(call.path("name"))));
        api.add(DELETE, RECIPES + "/:name", Access.OPERATOR, call -> {
            recipes.delete(call.path("name"));
            return Answer.none();
        });
        api.add(POST, VERSION + "/compressions", Access.OPERATOR, routes::compress);
        api.add(GET, VERSION + "/comparison", Access.VIEWER, routes::compare);
        api.add(POST, VERSION + "/distill-sets", Access.OPERATOR, routes::distill);
        api.add(
                GET,
                JOBS,
                Access.VIEWER,
                call -> Answer.ok(Map.of("jobs", services.jobs().list())));
        api.add(
                GET,
                JOBS + "/:id",
                Access.VIEWER,
                call -> Answer.ok(services.jobs().job(call.path("id"))));
        api.add(
                DELETE,
                JOBS + "/:id",
                Access.OPERATOR,
                call -> Answer.accepted(services.jobs().cancel(call.path("id"))));
        api.add(GET, JOBS + "/:id/file", Access.VIEWER, routes::file);
    }

    private Answer compress(Call call) {
        NewCompression wish = call.body(NewCompression.class);
        Long budget = wish.budgetSeconds();
        if (budget != null && budget < 1) {
            throw new Invalid("the budget must be above 0", "budgetSeconds", budget, "use 600 for ten minutes");
        }
        Job job = services.compression()
                .searches()
                .submit(new Compressions.Wish(
                        call.path("model"),
                        call.path("version"),
                        Call.need("targets", wish.targets()),
                        Objects.requireNonNullElse(wish.maxDrop(), DEFAULT_DROP),
                        wish.maxSlowdown(),
                        Duration.ofSeconds(Objects.requireNonNullElse(budget, DEFAULT_BUDGET_SECONDS)),
                        wish.calibration(),
                        wish.validation(),
                        wish.recipes()));
        return Answer.accepted(Map.of("job", job.id()));
    }

    private Answer compare(Call call) {
        ModelVersion version = services.registry().resolve(call.path("model"), call.path("version"));
        Map<String, Object> answer = new HashMap<>(Map.of(
                "model", version.model(),
                "version", version.version(),
                "metric", services.registry().model(version.model()).contract().qualityMetric(),
                "variants", VariantViews.of(version, services)));
        services.compression()
                .reports()
                .newestSearch(version.model(), version.version())
                .ifPresent(search -> answer.put("search", search));
        return Answer.ok(answer);
    }

    private Answer distill(Call call) {
        NewDistillSet wish = call.body(NewDistillSet.class);
        return Answer.accepted(Map.of(
                "job",
                services.compression()
                        .imports()
                        .distill(call.path("model"), call.path("version"), Call.need("data", wish.data()))
                        .id()));
    }

    /** The file that a job made. */
    private Answer file(Call call) throws IOException {
        Job job = services.jobs().job(call.path("id"));
        Object blob = job.result() == null ? null : job.result().get("blob");
        if (blob == null) {
            throw new Conflict(
                    "the job has made no file",
                    "job",
                    job.id(),
                    "wait until it has succeeded; not every kind makes one");
        }
        Digest digest = new Digest(blob.toString());
        if (!services.blobs().contains(digest)) {
            throw new NotFound("file", digest.hex(), "files of jobs are kept for a while only; begin the job again");
        }
        return Answer.file(services.blobs().file(digest), job.id() + ".npz");
    }
}

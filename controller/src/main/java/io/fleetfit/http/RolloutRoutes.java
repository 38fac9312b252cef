package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fit.Policy;
import io.fleetfit.fleet.Selector;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NotFound;
import io.fleetfit.rollout.AbortMode;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.Rollout;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Deployments, fits and rollouts. */
final class RolloutRoutes {
    private static final String DEPLOYMENTS = Api.ROOT + "/deployments";
    private static final String ROLLOUTS = Api.ROOT + "/rollouts";

    private final Services services;

    private RolloutRoutes(Services services) {
        this.services = services;
    }

    record Budget(
            @Nullable Double maxP95Millis,
            @Nullable Long maxMemoryBytes,
            @Nullable Long maxDownloadBytes,
            @Nullable Long maxMeteredDownloadBytes,
            @Nullable Double minQuality,
            Policy.@Nullable Objective objective) {
        Policy policy() {
            requirePositive("policy.maxP95Millis", maxP95Millis);
            requirePositive("policy.maxMemoryBytes", maxMemoryBytes);
            requirePositive("policy.maxDownloadBytes", maxDownloadBytes);
            requirePositive("policy.maxMeteredDownloadBytes", maxMeteredDownloadBytes);
            if (minQuality != null && !(minQuality >= 0 && minQuality <= 1)) {
                throw new Invalid(
                        "'policy.minQuality' must lie between 0 and 1", "policy.minQuality", minQuality, "use 0 to 1");
            }
            return new Policy(
                    maxP95Millis,
                    maxMemoryBytes,
                    maxDownloadBytes,
                    maxMeteredDownloadBytes,
                    minQuality,
                    Objects.requireNonNullElse(objective, Policy.Objective.QUALITY));
        }

        private static void requirePositive(String field, @Nullable Number value) {
            if (value != null && !(value.doubleValue() > 0)) {
                throw new Invalid("'" + field + "' must be above 0", field, value, "leave it out for no bound");
            }
        }
    }

    record NewDeployment(
            @Nullable String name,
            @Nullable String selector,
            @Nullable String model,
            @Nullable String revision,
            @Nullable String slot,
            @Nullable Budget policy) {}

    record Preview(
            @Nullable String deployment,
            @Nullable String selector,
            @Nullable String model,
            @Nullable String revision,
            @Nullable Budget policy) {}

    record NewRollout(@Nullable String deployment) {}

    record Abort(@Nullable AbortMode mode) {}

    static void add(Api api, Services services) {
        RolloutRoutes routes = new RolloutRoutes(services);
        api.add(POST, DEPLOYMENTS, Access.OPERATOR, routes::create);
        api.add(
                GET,
                DEPLOYMENTS,
                Access.VIEWER,
                call -> Answer.ok(Map.of("deployments", services.rolloutStore().deployments())));
        api.add(
                GET,
                DEPLOYMENTS + "/:name",
                Access.VIEWER,
                call -> Answer.ok(services.rollouts().deployment(call.path("name"))));
        api.add(DELETE, DEPLOYMENTS + "/:name", Access.OPERATOR, routes::delete);
        api.add(GET, Api.ROOT + "/devices/:id/fit", Access.VIEWER, routes::explain);
        api.add(POST, Api.ROOT + "/fit/preview", Access.VIEWER, routes::preview);
        api.add(
                POST,
                ROLLOUTS,
                Access.OPERATOR,
                call -> Answer.created(services.rollouts()
                        .start(Call.need(
                                "deployment", call.body(NewRollout.class).deployment()))));
        api.add(
                GET,
                ROLLOUTS,
                Access.VIEWER,
                call -> Answer.ok(Map.of("rollouts", services.rolloutStore().rollouts(call.query("deployment")))));
        api.add(GET, ROLLOUTS + "/:id", Access.VIEWER, routes::show);
        api.add(
                POST,
                ROLLOUTS + "/:id/abort",
                Access.OPERATOR,
                call -> Answer.accepted(services.rollouts()
                        .abort(
                                call.path("id"),
                                Call.need("mode", call.body(Abort.class).mode()))));
        api.add(GET, ROLLOUTS + "/:id/devices/:device/decision", Access.VIEWER, routes::decision);
    }

    private Answer create(Call call) {
        NewDeployment wish = call.body(NewDeployment.class);
        String model = Call.need("model", wish.model());
        String revision = Call.need("revision", wish.revision());
        services.fit().version(model, revision);
        Deployment deployment = new Deployment(
                Call.need("name", wish.name()),
                selector(wish.selector()).toString(),
                model,
                revision,
                Objects.requireNonNullElse(wish.slot(), model),
                policy(wish.policy()),
                services.clock().instant());
        if (services.rolloutStore().deployment(deployment.name()).isPresent()) {
            throw new Conflict(
                    "the deployment '" + deployment.name() + "' exists already",
                    "name",
                    deployment.name(),
                    "choose another name, or delete it first");
        }
        services.rolloutStore().insertDeployment(deployment);
        return Answer.created(deployment);
    }

    private static Policy policy(@Nullable Budget budget) {
        return budget == null ? Policy.unbounded() : budget.policy();
    }

    private static Selector selector(@Nullable String text) {
        try {
            return Selector.parse(Objects.requireNonNullElse(text, ""));
        } catch (IllegalArgumentException e) {
            throw new Invalid(String.valueOf(e.getMessage()), "selector", text, "correct the selector");
        }
    }

    private Answer delete(Call call) {
        String name = services.rollouts().deployment(call.path("name")).name();
        services.rolloutStore().rollouts(Optional.of(name)).stream()
                .filter(rollout -> !rollout.state().isEnded())
                .findFirst()
                .ifPresent(rollout -> {
                    throw new Conflict(
                            "the deployment is being rolled out",
                            "rollout",
                            rollout.id(),
                            "wait for its end, or abort it first");
                });
        services.rolloutStore().deleteDeployment(name);
        return Answer.none();
    }

    /** For a deployment, or for a model without any bounds. */
    private Answer explain(Call call) {
        String device = call.path("id");
        Optional<String> name = call.query("deployment");
        if (name.isPresent()) {
            Deployment deployment = services.rollouts().deployment(name.get());
            String version = services.fit().version(deployment.model(), deployment.revision());
            return Answer.ok(services.fit().decide(device, deployment.model(), version, deployment.policy()));
        }
        String model = call.required("model");
        String version = services.fit().version(model, call.query("revision").orElseGet(() -> newest(model)));
        return Answer.ok(services.fit().decide(device, model, version, Policy.unbounded()));
    }

    private String newest(String model) {
        return services.registry().versions(model).stream()
                .findFirst()
                .map(version -> version.version())
                .orElseThrow(() ->
                        new Conflict("the model '" + model + "' has no version", "model", model, "import one first"));
    }

    private Answer preview(Call call) {
        Preview wish = call.body(Preview.class);
        String name = wish.deployment();
        if (name != null) {
            Deployment deployment = services.rollouts().deployment(name);
            return Answer.ok(services.fit()
                    .preview(
                            Selector.parse(deployment.selector()),
                            deployment.model(),
                            services.fit().version(deployment.model(), deployment.revision()),
                            deployment.policy()));
        }
        String model = Call.need("model", wish.model());
        String revision = wish.revision() == null ? newest(model) : wish.revision();
        return Answer.ok(services.fit()
                .preview(
                        selector(wish.selector()),
                        model,
                        services.fit().version(model, revision),
                        policy(wish.policy())));
    }

    private Answer show(Call call) {
        Rollout rollout = services.rollouts().rollout(call.path("id"));
        List<DeviceUpdate> updates = services.rolloutStore().updates(rollout.id());
        Map<String, Long> counts = new TreeMap<>();
        updates.forEach(update -> counts.merge(update.state().name(), 1L, Long::sum));
        return Answer.ok(Map.of("rollout", rollout, "updates", updates, "counts", counts));
    }

    private Answer decision(Call call) {
        Rollout rollout = services.rollouts().rollout(call.path("id"));
        Optional<FitDecision> decision = services.rolloutStore().decision(rollout.id(), call.path("device"));
        return Answer.ok(decision.orElseThrow(() -> new NotFound(
                "device in this rollout",
                call.path("device"),
                "GET /api/v1/rollouts/" + rollout.id() + " lists them")));
    }
}

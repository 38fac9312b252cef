package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import io.fleetfit.fit.Policy;
import io.fleetfit.fleet.Selector;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.rollout.AuditEntry;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.plan.PlanCheck;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Deployments and fits. */
final class DeploymentRoutes {
    private static final String DEPLOYMENTS = Api.ROOT + "/deployments";

    private final Services services;

    private DeploymentRoutes(Services services) {
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
            @Nullable Budget policy,
            @Nullable RolloutPlan plan) {}

    record Preview(
            @Nullable String deployment,
            @Nullable String selector,
            @Nullable String model,
            @Nullable String revision,
            @Nullable Budget policy) {}

    static void add(Api api, Services services) {
        DeploymentRoutes routes = new DeploymentRoutes(services);
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
        api.add(PUT, DEPLOYMENTS + "/:name", Access.OPERATOR, routes::apply);
    }

    private Answer create(Call call) {
        NewDeployment wish = call.body(NewDeployment.class);
        Deployment deployment = deployment(Call.need("name", wish.name()), wish);
        if (services.rolloutStore().deployment(deployment.name()).isPresent()) {
            throw new Conflict(
                    "the deployment '" + deployment.name() + "' exists already",
                    "name",
                    deployment.name(),
                    "choose another name, or delete it first");
        }
        services.rolloutStore().insertDeployment(deployment);
        audit(call, deployment.name(), "create", deployment.model() + "@" + deployment.revision());
        return Answer.created(deployment);
    }

    private Deployment deployment(String name, NewDeployment wish) {
        String model = Call.need("model", wish.model());
        String revision = Call.need("revision", wish.revision());
        services.fit().version(model, revision);
        return new Deployment(
                name,
                selector(wish.selector()).toString(),
                model,
                revision,
                Objects.requireNonNullElse(wish.slot(), model),
                policy(wish.policy()),
                wish.plan() == null ? null : PlanCheck.checked(wish.plan()),
                services.clock().instant());
    }

    /** What an apply did, or would do. */
    record Applied(String outcome, List<JsonChanges.Change> changes, Deployment deployment) {}

    /** Makes the deployment what the body says; the same body once more changes nothing. */
    private Answer apply(Call call) {
        String name = call.path("name");
        NewDeployment wish = call.body(NewDeployment.class);
        if (wish.name() != null && !wish.name().equals(name)) {
            throw new Invalid("the name differs from that of the path", "name", wish.name(), "use '" + name + "'");
        }
        Deployment wanted = deployment(name, wish);
        Optional<Deployment> known = services.rolloutStore().deployment(name);
        boolean dry = call.query("dryRun").filter("true"::equals).isPresent();
        if (known.isEmpty()) {
            if (!dry) {
                services.rolloutStore().insertDeployment(wanted);
                audit(call, name, "create", wanted.model() + "@" + wanted.revision());
            }
            return Answer.ok(new Applied("created", List.of(), wanted));
        }
        Deployment changed = new Deployment(
                name,
                wanted.selector(),
                wanted.model(),
                wanted.revision(),
                wanted.slot(),
                wanted.policy(),
                wanted.plan(),
                known.get().createdAt());
        List<JsonChanges.Change> changes = JsonChanges.between(known.get(), changed);
        if (!changes.isEmpty() && !dry) {
            services.rolloutStore().updateDeployment(changed);
            audit(call, name, "apply", JsonChanges.text(changes));
        }
        return Answer.ok(new Applied(changes.isEmpty() ? "unchanged" : "changed", changes, changed));
    }

    private void audit(Call call, String deployment, String action, String reason) {
        services.rolloutStore()
                .audit(new AuditEntry(
                        0, services.clock().instant(), deployment, null, call.who(), action, reason, List.of()));
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
        services.rolloutStore().states(Optional.of(name), 1).stream()
                .map(RolloutState::rollout)
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
        audit(call, name, "delete", "devices keep what they run");
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
}

package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NotFound;
import io.fleetfit.rollout.AbortMode;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.RolloutView;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rollouts: what they would do, what they do, orders to them, and their audit. */
final class RolloutRoutes {
    private static final String ROLLOUTS = Api.ROOT + "/rollouts";
    private static final int MOST = 1_000;

    private final Services services;

    private RolloutRoutes(Services services) {
        this.services = services;
    }

    record NewRollout(@Nullable String deployment, @Nullable RolloutPlan plan) {}

    record Order(@Nullable String reason) {
        static final Order PLAIN = new Order(null);

        String why(Call call) {
            return reason == null || reason.isBlank() ? "ordered by " + call.who() : reason;
        }
    }

    record Abort(@Nullable AbortMode mode, @Nullable String reason) {}

    static void add(Api api, Services services) {
        RolloutRoutes routes = new RolloutRoutes(services);
        api.add(POST, ROLLOUTS, Access.OPERATOR, routes::start);
        api.add(POST, ROLLOUTS + "/plan", Access.VIEWER, routes::plan);
        api.add(GET, ROLLOUTS, Access.VIEWER, routes::list);
        api.add(GET, ROLLOUTS + "/:id", Access.VIEWER, routes::show);
        api.add(GET, ROLLOUTS + "/:id/plan", Access.VIEWER, routes::terms);
        api.add(GET, ROLLOUTS + "/:id/diff", Access.VIEWER, routes::diff);
        api.add(GET, ROLLOUTS + "/:id/devices", Access.VIEWER, routes::devices);
        api.add(GET, ROLLOUTS + "/:id/devices/:device/decision", Access.VIEWER, routes::decision);
        api.add(POST, ROLLOUTS + "/:id/abort", Access.OPERATOR, routes::abort);
        order(api, "pause", (call, why) -> services.rollouts().pause(call.path("id"), call.who(), why));
        order(api, "resume", (call, why) -> services.rollouts().resume(call.path("id"), call.who(), why));
        order(api, "promote", (call, why) -> services.rollouts().promote(call.path("id"), call.who(), why));
        order(api, "retry", (call, why) -> services.rollouts().retry(call.path("id"), call.who(), why));
        api.add(GET, Api.ROOT + "/audit", Access.VIEWER, routes::audit);
    }

    private interface Ordered {
        Rollout run(Call call, String why);
    }

    private static void order(Api api, String name, Ordered order) {
        api.add(
                POST,
                ROLLOUTS + "/:id/" + name,
                Access.OPERATOR,
                call -> Answer.accepted(
                        order.run(call, call.bodyOr(Order.class, Order.PLAIN).why(call))));
    }

    private Answer start(Call call) {
        NewRollout wish = call.body(NewRollout.class);
        return Answer.created(
                services.rollouts().start(Call.need("deployment", wish.deployment()), wish.plan(), call.who()));
    }

    private Answer plan(Call call) {
        NewRollout wish = call.body(NewRollout.class);
        return Answer.ok(services.rollouts().preview(Call.need("deployment", wish.deployment()), wish.plan()));
    }

    private Answer list(Call call) {
        return Answer.ok(Map.of(
                "rollouts", services.rollouts().views(call.query("deployment"), call.number("limit", 100, 1, MOST))));
    }

    private Answer show(Call call) {
        RolloutView view = services.rollouts().view(call.path("id"));
        List<DeviceUpdate> updates = page(call, view.id());
        return Answer.ok(Map.of("rollout", view, "updates", updates, "counts", view.counts()));
    }

    private Answer terms(Call call) {
        return Answer.ok(services.rollouts().rollout(call.path("id")).terms());
    }

    private Answer devices(Call call) {
        Rollout rollout = services.rollouts().rollout(call.path("id")).rollout();
        int limit = call.number("limit", 200, 1, MOST);
        List<DeviceUpdate> updates = page(call, rollout.id());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("devices", updates);
        if (updates.size() == limit) {
            answer.put("next", updates.get(limit - 1).deviceId());
        }
        return Answer.ok(answer);
    }

    private List<DeviceUpdate> page(Call call, String id) {
        return services.rolloutStore()
                .updates(
                        id,
                        call.query("state").map(RolloutRoutes::state).orElse(null),
                        call.query("cursor").orElse(null),
                        call.number("limit", 200, 1, MOST));
    }

    private static DeviceUpdate.State state(String name) {
        return Arrays.stream(DeviceUpdate.State.values())
                .filter(it -> it.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new Invalid(
                        "'" + name + "' is no state of a device",
                        "state",
                        name,
                        "use one of " + Arrays.toString(DeviceUpdate.State.values())));
    }

    /** What was fixed at the start, as far as two rollouts can differ in it. */
    record Fixed(String version, String model, String slot, Object policy, RolloutPlan plan, long eligible) {
        static Fixed of(RolloutState state) {
            return new Fixed(
                    state.rollout().version(),
                    state.terms().model(),
                    state.terms().slot(),
                    state.terms().policy(),
                    state.terms().plan(),
                    state.terms().eligible());
        }
    }

    private Answer diff(Call call) {
        RolloutState one = services.rollouts().rollout(call.path("id"));
        RolloutState other =
                call.query("with").map(services.rollouts()::rollout).orElseGet(() -> before(one));
        return Answer.ok(Map.of(
                "before", other.rollout().id(),
                "after", one.rollout().id(),
                "changes", JsonChanges.between(Fixed.of(other), Fixed.of(one))));
    }

    private RolloutState before(RolloutState one) {
        List<RolloutState> all =
                services.rolloutStore().states(Optional.of(one.rollout().deployment()), MOST);
        for (int i = 0; i < all.size() - 1; i++) {
            if (all.get(i).rollout().id().equals(one.rollout().id())) {
                return all.get(i + 1);
            }
        }
        throw new NotFound(
                "earlier rollout of the deployment", one.rollout().deployment(), "name another with ?with=r-1");
    }

    private Answer decision(Call call) {
        Rollout rollout = services.rollouts().rollout(call.path("id")).rollout();
        Optional<FitDecision> decision = services.rolloutStore().decision(rollout.id(), call.path("device"));
        return Answer.ok(decision.orElseThrow(() -> new NotFound(
                "device in this rollout",
                call.path("device"),
                "GET /api/v1/rollouts/" + rollout.id() + "/devices lists them")));
    }

    private Answer abort(Call call) {
        Abort wish = call.body(Abort.class);
        AbortMode mode = Call.need("mode", wish.mode());
        String reason = Objects.requireNonNullElse(wish.reason(), reason(mode));
        return Answer.accepted(services.rollouts().abort(call.path("id"), mode, call.who(), reason));
    }

    private static String reason(AbortMode mode) {
        return switch (mode) {
            case REVERT -> "aborted; updated devices go back to what they ran before";
            case KEEP -> "aborted; updated devices keep the new variant";
        };
    }

    /** Newest first. */
    private Answer audit(Call call) {
        return Answer.ok(Map.of(
                "entries",
                services.rolloutStore()
                        .audits(
                                call.query("deployment").orElse(null),
                                call.query("rollout").orElse(null),
                                call.number("limit", 200, 1, 10 * MOST))));
    }
}

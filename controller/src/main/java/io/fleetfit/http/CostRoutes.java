package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.GET;

import io.fleetfit.cost.CostReport;
import io.fleetfit.registry.NotFound;
import java.util.Map;

/** How good latency estimates were, and which devices should be fitted anew. */
final class CostRoutes {
    private static final int MOST_CHECKS = 50_000;
    private static final int PAGE = 100;
    private static final int MOST = 1_000;

    private final Services services;

    private CostRoutes(Services services) {
        this.services = services;
    }

    static void add(Api api, Services services) {
        CostRoutes routes = new CostRoutes(services);
        api.add(GET, Api.ROOT + "/cost/report", Access.VIEWER, routes::report);
        api.add(GET, Api.ROOT + "/cost/proposals", Access.VIEWER, routes::proposals);
    }

    private Answer report(Call call) {
        String model = call.query("model").orElse(null);
        if (model != null
                && services.registry().models().stream()
                        .noneMatch(it -> it.name().equals(model))) {
            throw new NotFound("model", model, "fleetfit model list shows the models there are");
        }
        return Answer.ok(CostReport.of(
                services.costs().checks(model, call.query("profile").orElse(null), MOST_CHECKS)));
    }

    private Answer proposals(Call call) {
        return Answer.ok(Map.of("proposals", services.costs().proposals(call.number("limit", PAGE, 1, MOST))));
    }
}

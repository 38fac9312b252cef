package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.fleetfit.fleet.ApiToken;
import io.fleetfit.fleet.ApiTokens;
import io.fleetfit.protocol.Protocol;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Health, version, metrics, the API's own description, events and tokens. */
final class SystemRoutes {
    private static final String OPENAPI = "/io/fleetfit/http/openapi.yaml";

    private final Services services;

    private SystemRoutes(Services services) {
        this.services = services;
    }

    record NewToken(@Nullable String name, ApiToken.@Nullable Role role) {}

    static void add(Api api, Services services, Vertx vertx) {
        SystemRoutes routes = new SystemRoutes(services);
        api.add(GET, "/health/live", Access.OPEN, call -> Answer.ok(Map.of("status", "UP")));
        api.add(GET, "/health/ready", Access.OPEN, call -> routes.ready());
        api.add(
                GET,
                "/metrics",
                Access.VIEWER,
                call -> Answer.text(
                        "text/plain; version=0.0.4; charset=utf-8",
                        services.metrics().get()));
        api.add(
                GET,
                Api.ROOT + "/version",
                Access.OPEN,
                call -> Answer.ok(Map.of("version", services.version(), "protocol", Protocol.VERSION)));
        api.add(GET, Api.ROOT + "/openapi.yaml", Access.OPEN, call -> Answer.text("application/yaml", openapi()));
        api.addStream(GET, Api.ROOT + "/events", Access.VIEWER, context -> services.events().stream(context, vertx));
        api.add(
                GET,
                Api.ROOT + "/tokens",
                Access.ADMIN,
                call -> Answer.ok(Map.of(
                        "tokens",
                        services.tokens().list().stream()
                                .map(SystemRoutes::view)
                                .toList())));
        api.add(POST, Api.ROOT + "/tokens", Access.ADMIN, routes::create);
        api.add(DELETE, Api.ROOT + "/tokens/:id", Access.ADMIN, call -> {
            services.tokens().delete(call.path("id"));
            return Answer.none();
        });
    }

    /** The text of the API's description. */
    static String openapi() throws IOException {
        try (InputStream in = Objects.requireNonNull(SystemRoutes.class.getResourceAsStream(OPENAPI))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Answer ready() {
        Map<String, String> checks = new TreeMap<>();
        boolean well = true;
        for (var check : services.health().entrySet()) {
            boolean up = check.getValue().get();
            checks.put(check.getKey(), up ? "UP" : "DOWN");
            well &= up;
        }
        return Answer.of(well ? 200 : 503, Map.of("status", well ? "UP" : "DOWN", "checks", checks));
    }

    private Answer create(Call call) {
        NewToken wish = call.body(NewToken.class);
        ApiTokens.Created created =
                services.tokens().create(Call.need("name", wish.name()), Call.need("role", wish.role()));
        Map<String, Object> view = new HashMap<>(view(created.token()));
        view.put("token", created.secret());
        return Answer.created(view);
    }

    private static Map<String, Object> view(ApiToken token) {
        Map<String, Object> view = new HashMap<>();
        view.put("id", token.id());
        view.put("name", token.name());
        view.put("role", token.role());
        view.put("createdAt", token.createdAt());
        if (token.lastUsed() != null) {
            view.put("lastUsed", token.lastUsed());
        }
        return view;
    }
}

package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.FleetRegistry;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.profiles.InvalidProfiles;
import io.fleetfit.profiles.Profile;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NotFound;
import io.fleetfit.telemetry.TelemetryStore;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Devices, enrolment, telemetry, profiles. */
final class FleetRoutes {
    private static final String DEVICE = Api.ROOT + "/devices/:id";
    private static final int PAGE = 100;
    private static final int MOST = 1_000;
    private static final Duration WINDOW = Duration.ofHours(1);
    private static final long TOKEN_SECONDS = 86_400;

    private final Services services;

    private FleetRoutes(Services services) {
        this.services = services;
    }

    record NewEnrolmentToken(
            @Nullable Map<String, String> labels,
            @Nullable Integer uses,
            @Nullable Long expiresInSeconds,
            @Nullable Boolean mayReplace) {}

    record Enrolment(
            @Nullable String token,
            @Nullable String deviceId,
            @Nullable Capabilities capabilities) {}

    record Labels(@Nullable Map<String, String> labels) {}

    static void add(Api api, Services services) {
        FleetRoutes routes = new FleetRoutes(services);
        api.add(GET, Api.ROOT + "/devices", Access.VIEWER, routes::list);
        api.add(GET, DEVICE, Access.VIEWER, routes::show);
        api.add(PUT, DEVICE + "/labels", Access.OPERATOR, routes::setLabels);
        api.add(DELETE, DEVICE, Access.ADMIN, call -> {
            services.fleet().delete(call.path("id"));
            services.disconnect().accept(call.path("id"));
            return Answer.none();
        });
        api.add(GET, DEVICE + "/telemetry", Access.VIEWER, routes::telemetry);
        api.add(POST, Api.ROOT + "/enrolment-tokens", Access.OPERATOR, routes::enrolmentToken);
        api.add(POST, Api.ROOT + "/enrolments", Access.OPEN, routes::enrol);
        api.add(
                GET,
                Api.ROOT + "/profiles",
                Access.VIEWER,
                call -> Answer.ok(
                        Map.of("profiles", List.copyOf(services.profiles().all()))));
        api.add(GET, Api.ROOT + "/profiles/:name", Access.VIEWER, call -> Answer.ok(routes.profile(call.path("name"))));
        api.add(POST, Api.ROOT + "/profiles/validate", Access.VIEWER, routes::validate);
    }

    /** A device whose labels change may belong to other deployments from now on. */
    private Answer setLabels(Call call) {
        Answer answer = Answer.ok(services.fleet()
                .setLabels(
                        call.path("id"),
                        Call.need("labels", call.body(Labels.class).labels())));
        services.rollouts().connected(call.path("id"));
        return answer;
    }

    private Answer list(Call call) {
        FleetStore.Page page = services.fleet()
                .devices(
                        call.query("selector").orElse(""),
                        call.query("cursor").orElse(null),
                        call.number("limit", PAGE, 1, MOST));
        Map<String, Object> body = new HashMap<>();
        body.put("devices", page.devices());
        body.put("total", page.total());
        if (page.next() != null) {
            body.put("next", page.next());
        }
        return Answer.ok(body);
    }

    private Answer show(Call call) {
        Device device = services.fleet().device(call.path("id"));
        return Answer.ok(Map.of(
                "device", device,
                "twin", services.twins().twin(device.id()),
                "held", services.twins().held(device.id())));
    }

    private Answer telemetry(Call call) {
        Device device = services.fleet().device(call.path("id"));
        Instant since = call.query("since")
                .map(FleetRoutes::instant)
                .orElse(services.clock().instant().minus(WINDOW));
        Map<String, Object> body = new HashMap<>();
        services.telemetry().newestSystem(device.id()).ifPresent(system -> body.put("system", system));
        body.put("since", since);
        body.put(
                "slots",
                services.telemetry().summaries(device.id(), since).stream()
                        .map(FleetRoutes::slot)
                        .toList());
        return Answer.ok(body);
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new Invalid("'since' is no time", "since", text, "write it as 2030-01-31T12:00:00Z");
        }
    }

    private static Map<String, Object> slot(TelemetryStore.SlotSummary summary) {
        Map<String, Object> slot = new HashMap<>();
        slot.put("slot", summary.slot());
        slot.put("variant", summary.variant());
        slot.put("provider", summary.provider());
        slot.put("threads", summary.threads());
        slot.put("inferences", summary.inferences());
        slot.put("errors", summary.errors());
        slot.put("classes", summary.classes());
        slot.put("from", summary.from());
        slot.put("to", summary.to());
        if (summary.latency().count() > 0) {
            slot.put("p50Millis", summary.latency().quantile(0.5));
            slot.put("p95Millis", summary.latency().quantile(0.95));
            slot.put("p99Millis", summary.latency().quantile(0.99));
        }
        return slot;
    }

    private Answer enrolmentToken(Call call) {
        NewEnrolmentToken wish = call.body(NewEnrolmentToken.class);
        FleetRegistry.NewEnrolmentToken token = services.fleet()
                .createEnrolmentToken(
                        Objects.requireNonNullElse(wish.labels(), Map.of()),
                        Objects.requireNonNullElse(wish.uses(), 1),
                        Duration.ofSeconds(Objects.requireNonNullElse(wish.expiresInSeconds(), TOKEN_SECONDS)),
                        Objects.requireNonNullElse(wish.mayReplace(), false));
        return Answer.created(token);
    }

    private Answer enrol(Call call) {
        Enrolment enrolment = call.body(Enrolment.class);
        FleetRegistry.Enrolled enrolled = services.fleet()
                .enrol(
                        Call.need("token", enrolment.token()),
                        enrolment.deviceId(),
                        Call.need("capabilities", enrolment.capabilities()));
        Services.BrokerAddress broker = services.broker().get();
        services.events()
                .emit("device.enrolled", Map.of("device", enrolled.device().id()));
        return Answer.created(Map.of(
                "deviceId", enrolled.device().id(),
                "mqtt",
                        Map.of(
                                "url", broker.url(),
                                "username", enrolled.device().id(),
                                "password", enrolled.password()),
                "controllerKey", Map.of("keyId", broker.keyId(), "publicKey", broker.publicKey()),
                "protocol", Protocol.VERSION));
    }

    private Profile profile(String name) {
        return services.profiles()
                .find(name)
                .orElseThrow(() -> new NotFound("profile", name, "fleetfit profile list shows the profiles there are"));
    }

    private Answer validate(Call call) {
        try {
            return Answer.ok(Map.of(
                    "valid",
                    true,
                    "name",
                    services.profiles().check("profile", call.text()).name()));
        } catch (InvalidProfiles e) {
            return Answer.ok(Map.of("valid", false, "problems", e.problems()));
        }
    }
}

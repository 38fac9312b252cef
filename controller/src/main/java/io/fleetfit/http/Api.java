package io.fleetfit.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.fleet.ApiToken;
import io.fleetfit.fleet.ApiTokens;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.registry.Refused;
import io.fleetfit.registry.WrongOffset;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers routes: who may use them, that they run on workers, and how answers and failures are written. */
final class Api {
    /** Prefix of the routes with tokens. */
    static final String ROOT = "/api/v1";

    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    private static final ObjectMapper JSON = JsonCodec.mapper();
    private static final long MAX_BODY = 4L << 20;
    private static final String BEARER = "Bearer ";

    private final Router router;
    private final WorkerExecutor workers;
    private final ApiTokens tokens;
    private final Set<String> routes = new TreeSet<>();

    Api(Router router, WorkerExecutor workers, ApiTokens tokens) {
        this.router = router;
        this.workers = workers;
        this.tokens = tokens;
        router.route().failureHandler(this::failed);
        router.errorHandler(
                404,
                context -> write(
                        context,
                        Problem.of(
                                404,
                                "not-found",
                                "Not found",
                                "there is nothing at " + context.request().path()
                                        + "; /api/v1/openapi.yaml lists what there is")));
        router.errorHandler(
                405,
                context -> write(
                        context,
                        Problem.of(
                                405,
                                "method",
                                "Method not allowed",
                                context.request().method() + " is not possible on "
                                        + context.request().path())));
    }

    /** Methods and paths registered, in the form {@code GET /api/v1/models/{model}}. */
    Set<String> routes() {
        return routes;
    }

    void add(HttpMethod method, String path, Access access, Action action) {
        note(method, path);
        router.route(method, path)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY))
                .handler(context -> answer(
                        context,
                        workers.executeBlocking(
                                () -> {
                                    authorize(context, access);
                                    return action.run(new Call(context));
                                },
                                false)));
    }

    /** A route that reads its body or writes its answer as a stream. */
    void addStream(HttpMethod method, String path, Access access, Handler<RoutingContext> handler) {
        note(method, path);
        router.route(method, path).handler(context -> {
            context.request().pause();
            workers.executeBlocking(
                            () -> {
                                authorize(context, access);
                                return true;
                            },
                            false)
                    .onSuccess(allowed -> handler.handle(context))
                    .onFailure(failure -> {
                        context.request().resume();
                        context.fail(failure);
                    });
        });
    }

    private void note(HttpMethod method, String path) {
        routes.add(method + " " + path.replaceAll(":([a-zA-Z]+)", "{$1}"));
    }

    private void authorize(RoutingContext context, Access access) {
        ApiToken.Role needed = access.role();
        if (needed == null) {
            return;
        }
        String header = Optional.ofNullable(context.request().getHeader("Authorization"))
                .orElse("");
        Optional<ApiToken> token = header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? tokens.authenticate(header.substring(BEARER.length()).trim())
                : Optional.empty();
        if (token.isEmpty()) {
            throw new Unauthorized(Problem.of(
                    401,
                    "unauthorized",
                    "Unauthorized",
                    "a valid token is needed: send 'Authorization: Bearer fft_…'"));
        }
        if (!token.get().role().covers(needed)) {
            throw new Unauthorized(Problem.of(
                    403,
                    "forbidden",
                    "Forbidden",
                    "this needs the role " + name(needed) + ", the token has the role "
                            + name(token.get().role())));
        }
        context.put(Call.WHO, token.get().name());
    }

    private static String name(ApiToken.Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** Writes the answer once it is there, or the problem. */
    void answer(RoutingContext context, Future<Answer> future) {
        future.onSuccess(answer -> write(context, answer)).onFailure(context::fail);
    }

    private static void write(RoutingContext context, Answer answer) {
        var response = context.response().setStatusCode(answer.status());
        Future<Void> written;
        if (answer.file() != null) {
            written = response.putHeader("Content-Type", "application/octet-stream")
                    .putHeader(
                            "Content-Disposition",
                            "attachment; filename=\"" + answer.file().name() + "\"")
                    .sendFile(answer.file().path().toString());
        } else if (answer.text() != null) {
            written = response.putHeader("Content-Type", answer.text().mediaType())
                    .end(answer.text().text());
        } else if (answer.body() != null) {
            written = response.putHeader("Content-Type", "application/json").end(json(answer.body()));
        } else {
            written = response.end();
        }
        written.onFailure(failure -> LOG.debug("the caller is gone", failure));
    }

    private static Buffer json(Object body) {
        try {
            return Buffer.buffer(JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + body.getClass(), e);
        }
    }

    private static void write(RoutingContext context, Problem problem) {
        if (!context.response().ended() && !context.response().headWritten()) {
            context.response()
                    .setStatusCode(problem.status())
                    .putHeader("Content-Type", Problem.MEDIA_TYPE)
                    .end(json(problem))
                    .onFailure(failure -> LOG.debug("the caller is gone", failure));
        }
    }

    private void failed(RoutingContext context) {
        Throwable failure = context.failure();
        if (failure instanceof Unauthorized unauthorized) {
            if (unauthorized.problem().status() == 401) {
                context.response().putHeader("WWW-Authenticate", "Bearer");
            }
            write(context, unauthorized.problem());
        } else if (failure instanceof WrongOffset wrong) {
            context.response().putHeader("Upload-Offset", Long.toString(wrong.expected()));
            write(context, Problem.of(wrong));
        } else if (failure instanceof Refused refused) {
            write(context, Problem.of(refused));
        } else if (failure instanceof IllegalArgumentException wrong) {
            write(context, Problem.of(422, "invalid", "Invalid request", String.valueOf(wrong.getMessage())));
        } else if (failure == null && context.statusCode() == 413) {
            write(
                    context,
                    Problem.of(
                            413,
                            "too-large",
                            "Content too large",
                            "the body may have " + MAX_BODY + " bytes; models go through /api/v1/uploads"));
        } else if (failure == null && context.statusCode() < 500) {
            write(context, Problem.of(context.statusCode(), "request", "Bad request", "the request is not understood"));
        } else {
            LOG.error(
                    "{} {} failed",
                    context.request().method(),
                    context.request().path(),
                    failure);
            write(
                    context,
                    Problem.of(500, "internal", "Internal error", "the controller failed; its log has the details"));
        }
    }

    /** A caller without the right; carries its answer. */
    private static final class Unauthorized extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Problem problem;

        Unauthorized(Problem problem) {
            super(problem.detail(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }
}

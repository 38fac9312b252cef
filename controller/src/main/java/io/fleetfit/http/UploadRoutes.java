package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.HEAD;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;

import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.Upload;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Files on their way in, resumable, much as the tus protocol 1.0 has it. */
final class UploadRoutes {
    private static final String UPLOAD = Api.ROOT + "/uploads/:id";

    private final Services services;
    private final WorkerExecutor workers;
    private final Vertx vertx;

    private UploadRoutes(Services services, WorkerExecutor workers, Vertx vertx) {
        this.services = services;
        this.workers = workers;
        this.vertx = vertx;
    }

    record NewUpload(@Nullable Long size, @Nullable String sha256) {}

    static void add(Api api, Services services, WorkerExecutor workers, Vertx vertx) {
        UploadRoutes routes = new UploadRoutes(services, workers, vertx);
        api.add(POST, Api.ROOT + "/uploads", Access.OPERATOR, routes::create);
        api.add(
                GET,
                UPLOAD,
                Access.OPERATOR,
                call -> Answer.ok(services.uploads().get(call.path("id"))));
        api.addStream(HEAD, UPLOAD, Access.OPERATOR, routes::head);
        api.add(DELETE, UPLOAD, Access.OPERATOR, call -> {
            services.uploads().cancel(call.path("id"));
            return Answer.none();
        });
        api.addStream(PATCH, UPLOAD, Access.OPERATOR, routes::append);
    }

    private Answer create(Call call) throws IOException {
        NewUpload upload = call.body(NewUpload.class);
        String sha256 = upload.sha256();
        return Answer.created(services.uploads()
                .create(Call.need("size", upload.size()), sha256 == null ? null : Call.digest("sha256", sha256)));
    }

    private void head(RoutingContext context) {
        context.request().resume();
        workers.executeBlocking(() -> services.uploads().get(context.pathParam("id")), false)
                .onSuccess(upload -> context.response()
                        .setStatusCode(204)
                        .putHeader("Upload-Offset", Long.toString(upload.offset()))
                        .putHeader("Upload-Length", Long.toString(upload.size()))
                        .end())
                .onFailure(context::fail);
    }

    private void append(RoutingContext context) {
        long offset;
        try {
            offset = offset(context.request().getHeader("Upload-Offset"));
        } catch (Invalid e) {
            context.request().resume();
            context.fail(e);
            return;
        }
        UploadBody body = new UploadBody(context.request(), vertx.getOrCreateContext());
        workers.executeBlocking(() -> services.uploads().append(context.pathParam("id"), offset, body), false)
                .onSuccess(upload -> done(context, upload))
                .onFailure(failure -> {
                    // The rest of the body is of no use; the connection may serve no further request.
                    context.request().resume();
                    context.response().putHeader("Connection", "close");
                    context.fail(failure);
                });
    }

    private static void done(RoutingContext context, Upload upload) {
        var ignored = context.response()
                .setStatusCode(204)
                .putHeader("Upload-Offset", Long.toString(upload.offset()))
                .end();
    }

    private static long offset(@Nullable String header) {
        try {
            long offset = Long.parseLong(header == null ? "" : header.trim());
            if (offset >= 0) {
                return offset;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new Invalid(
                "the header Upload-Offset must say where the bytes begin",
                "Upload-Offset",
                header,
                "send the offset that HEAD answers, 0 for a new upload");
    }
}

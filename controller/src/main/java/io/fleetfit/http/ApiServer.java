package io.fleetfit.http;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The REST API over HTTP/1.1. */
public final class ApiServer implements AutoCloseable {
    private static final int WORKERS = 16;
    private static final int MAX_HEADER = 16 << 10;
    private static final int IDLE_SECONDS = 120;
    private static final long SLOW_MINUTES = 60;

    private final HttpServer server;
    private final WorkerExecutor workers;
    private final Set<String> routes;

    private ApiServer(HttpServer server, WorkerExecutor workers, Set<String> routes) {
        this.server = server;
        this.workers = workers;
        this.routes = routes;
    }

    /**
     * Starts to listen.
     *
     * @throws IOException if the address or the certificate cannot be used
     */
    public static ApiServer start(Vertx vertx, ApiSettings settings, Services services) throws IOException {
        // Uploads block a worker for as long as they come; the blocked-thread warning would be noise.
        WorkerExecutor workers = vertx.createSharedWorkerExecutor("api", WORKERS, SLOW_MINUTES, TimeUnit.MINUTES);
        Router router = Router.router(vertx);
        Api api = new Api(router, workers, services.tokens());
        SystemRoutes.add(api, services, vertx);
        UploadRoutes.add(api, services, workers, vertx);
        ModelRoutes.add(api, services);
        CompressRoutes.add(api, services);
        DataSetRoutes.add(api, services);
        FleetRoutes.add(api, services);
        DeploymentRoutes.add(api, services);
        RolloutRoutes.add(api, services);
        HttpServer server = vertx.createHttpServer(options(settings)).requestHandler(router);
        try {
            server.listen().await();
        } catch (RuntimeException e) {
            workers.close().await();
            throw new IOException(
                    "the API cannot listen on " + settings.host() + ":" + settings.port() + ": " + e.getMessage(), e);
        }
        return new ApiServer(server, workers, api.routes());
    }

    private static HttpServerOptions options(ApiSettings settings) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(settings.host())
                .setPort(settings.port())
                // HTTP/1.1 alone: small bodies of streamed routes hang on HTTP/2 connections that are used again.
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setMaxHeaderSize(MAX_HEADER)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
        if (settings.certificate() != null && settings.key() != null) {
            options.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(settings.certificate().toString())
                            .setKeyPath(settings.key().toString()));
        }
        return options;
    }

    /** The port that it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** Methods and paths, in the form {@code GET /api/v1/models/{model}}. */
    public Set<String> routes() {
        return Set.copyOf(routes);
    }

    @Override
    public void close() {
        server.close().await();
        workers.close().await();
    }
}

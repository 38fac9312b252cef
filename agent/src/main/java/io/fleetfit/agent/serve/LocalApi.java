package io.fleetfit.agent.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.agent.runtime.Lease;
import io.fleetfit.agent.runtime.ModelSlots;
import io.fleetfit.agent.runtime.Served;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * HTTP on loopback: the Open Inference Protocol v2, {@code POST /v1/models/NAME/classify} for pictures, and
 * {@code /metrics} as OpenMetrics.
 */
public final class LocalApi implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalApi.class.getName());
    private static final String JSON = "application/json";
    private static final String METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROBLEM = "application/problem+json";
    private static final int THREADS = 4;
    /** What is read of a body that was refused, so that the client comes to read the answer. */
    private static final int MAX_DRAINED_BYTES = 64 << 20;

    static {
        // Without it the second packet of an answer waits for the client's delayed acknowledgement: 40 ms.
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        // A client that stalls within a request holds one of few threads; seconds.
        setIfAbsent("sun.net.httpserver.maxReqTime", "60");
        setIfAbsent("sun.net.httpserver.maxRspTime", "60");
    }

    private final ObjectMapper mapper = new ObjectMapper();
    private final ModelDocuments documents = new ModelDocuments(mapper);
    private final ModelSlots slots;
    private final RequestGuard guard;
    private final Supplier<String> metrics;
    private final String version;
    private final HttpServer server;
    private final ExecutorService executor;

    private LocalApi(
            HttpServer server, ModelSlots slots, RequestGuard guard, Supplier<String> metrics, String version) {
        this.server = server;
        this.guard = guard;
        this.slots = slots;
        this.metrics = metrics;
        this.version = version;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread made = new Thread(task, "fleetfit-api");
                    made.setDaemon(true);
                    return made;
                });
        pool.allowCoreThreadTimeOut(true);
        this.executor = pool;
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Starts to listen.
     *
     * @param metrics OpenMetrics text of the moment
     * @param version of the agent
     * @throws IOException the port cannot be had
     */
    public static LocalApi start(String host, int port, ModelSlots slots, Supplier<String> metrics, String version)
            throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
        } catch (IOException e) {
            throw new IOException(
                    "the local API cannot listen on " + host + ":" + port + " (" + e.getMessage()
                            + "); set api.port to a free one or to 0",
                    e);
        }
        RequestGuard guard = new RequestGuard(host, Runtime.getRuntime().maxMemory());
        LocalApi api = new LocalApi(server, slots, guard, metrics, version);
        server.createContext("/", api::handle);
        server.setExecutor(api.executor);
        server.start();
        return api;
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    @SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
    private record Answer(int status, String type, byte[] body) {
        static Answer text(String type, String body) {
            return new Answer(200, type, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            boolean empty =
                    answer.body().length == 0 || exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.body().length);
            if (!empty) {
                exchange.getResponseBody().write(answer.body());
            }
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        if (!guard.isForThisDevice(exchange.getRequestHeaders().getFirst("Host"))) {
            return error(421, "the Host header names another machine; call this one by its address or as localhost");
        }
        try {
            return route(exchange);
        } catch (InferenceException e) {
            return refused(exchange, e);
        } catch (JsonProcessingException e) {
            return error(400, "the body is no JSON: " + e.getOriginalMessage());
        } catch (OutOfMemoryError e) {
            // one request asked for more than there is: what it held is garbage now, and the agent goes on
            LOG.log(Level.WARNING, "a request took more memory than the heap has");
            return error(413, "the request takes more memory than the agent has; send less, or raise its heap (-Xmx)");
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a request failed", e);
            return error(500, "the request failed: " + e);
        }
    }

    private Answer refused(HttpExchange exchange, InferenceException e) {
        int status =
                switch (e.reason()) {
                    case BAD_INPUT -> 400;
                    case TOO_LARGE -> 413;
                    case BUSY -> 503;
                    case FAILED -> 500;
                };
        if (status == 413) {
            drain(exchange);
        }
        return error(status, String.valueOf(e.getMessage()));
    }

    private static void drain(HttpExchange exchange) {
        byte[] dropped = new byte[8192];
        try {
            InputStream in = exchange.getRequestBody();
            for (int got = 0, n = 0; n >= 0 && got < MAX_DRAINED_BYTES; got += n) {
                n = in.read(dropped);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the rest of a refused body was not read: {0}", e.getMessage());
        }
    }

    private Answer route(HttpExchange exchange) throws IOException, InferenceException {
        List<String> path = List.of(
                exchange.getRequestURI().getPath().replaceFirst("^/", "").split("/"));
        if (path.size() >= 3 && path.get(1).equals("models")) {
            return model(exchange, path);
        }
        return switch (String.join("/", path)) {
            case "metrics" -> Answer.text(METRICS, metrics.get());
            case "v2" -> json(200, server());
            case "v2/health/live" -> json(200, mapper.createObjectNode().put("live", true));
            case "v2/health/ready" -> ready();
            case "v2/models" -> json(200, documents.all(slots));
            default -> error(404, "there is no " + exchange.getRequestURI().getPath());
        };
    }

    private Answer model(HttpExchange exchange, List<String> path) throws IOException, InferenceException {
        String name = path.get(2);
        Optional<Lease> found = slots.acquire(name);
        if (found.isEmpty()) {
            return error(404, "no model '" + name + "' serves on this device; there are " + slots.names());
        }
        try (Lease lease = found.get()) {
            Served served = lease.served();
            int rest = 3;
            if (path.size() >= 5 && path.get(3).equals("versions")) {
                rest = 5;
                if (!path.get(4).equals(served.manifest().version())) {
                    return error(
                            404,
                            "model '" + name + "' serves version "
                                    + served.manifest().version() + ", not " + path.get(4));
                }
            }
            return act(exchange, served, path.get(0) + " " + String.join("/", path.subList(rest, path.size())));
        }
    }

    private Answer act(HttpExchange exchange, Served served, String action) throws IOException, InferenceException {
        boolean post = exchange.getRequestMethod().equals("POST");
        boolean inference = action.equals("v2 infer") || action.equals("v1 classify");
        if (inference && !post) {
            exchange.getResponseHeaders().set("Allow", "POST");
            return error(405, "use POST");
        }
        return switch (action) {
            case "v2 infer" -> guard.body(exchange, body -> new Answer(200, JSON, Tensors.infer(served, body)));
            case "v1 classify" -> {
                String query = exchange.getRequestURI().getQuery();
                yield guard.body(exchange, body -> json(200, classify(served, body, query)));
            }
            case "v2 ready" -> json(200, mapper.createObjectNode().put("ready", true));
            case "v2 " -> json(200, documents.one(served));
            default -> error(404, "there is no " + exchange.getRequestURI().getPath());
        };
    }

    private ObjectNode classify(Served served, byte[] picture, @Nullable String query) throws InferenceException {
        int most = query != null && query.matches("top=\\d{1,4}") ? Integer.parseInt(query.substring(4)) : 1;
        long begin = System.nanoTime();
        List<Classification> best = Classifier.classify(served, picture, most);
        return documents.classified(served, best, (System.nanoTime() - begin) / 1e6);
    }

    private ObjectNode server() {
        ObjectNode node =
                mapper.createObjectNode().put("name", "fleetfit-agent").put("version", version);
        node.putArray("extensions");
        return node;
    }

    /** Ready when every slot serves; without a slot there is nothing to be ready for. */
    private Answer ready() {
        boolean ready = !slots.names().isEmpty();
        return json(ready ? 200 : 503, mapper.createObjectNode().put("ready", ready));
    }

    /** {@code error} is the Open Inference Protocol's field, the others are those of RFC 9457. */
    private Answer error(int status, String message) {
        ObjectNode problem = mapper.createObjectNode();
        problem.put("error", message).put("status", status).put("detail", message);
        return new Answer(status, PROBLEM, problem.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Answer json(int status, JsonNode node) {
        return new Answer(status, JSON, node.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop(1);
        executor.shutdownNow();
    }
}

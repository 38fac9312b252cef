package io.fleetfit.agent.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.agent.runtime.Lease;
import io.fleetfit.agent.runtime.ModelSlots;
import io.fleetfit.agent.runtime.Served;
import io.fleetfit.protocol.TensorSpec;
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
    private static final int MAX_BODY_BYTES = 8 << 20;
    private static final int THREADS = 4;

    private final ObjectMapper mapper = new ObjectMapper();
    private final ModelSlots slots;
    private final Supplier<String> metrics;
    private final String version;
    private final HttpServer server;
    private final ExecutorService executor;

    private LocalApi(HttpServer server, ModelSlots slots, Supplier<String> metrics, String version) {
        this.server = server;
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
        LocalApi api = new LocalApi(server, slots, metrics, version);
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
        try {
            return route(exchange);
        } catch (InferenceException e) {
            return error(e.isCallersFault() ? 400 : 500, String.valueOf(e.getMessage()));
        } catch (JsonProcessingException e) {
            return error(400, "the body is no JSON: " + e.getOriginalMessage());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a request failed", e);
            return error(500, "the request failed: " + e);
        }
    }

    private Answer route(HttpExchange exchange) throws IOException, InferenceException {
        List<String> path = List.of(
                exchange.getRequestURI().getPath().replaceFirst("^/", "").split("/"));
        boolean post = exchange.getRequestMethod().equals("POST");
        if (path.size() >= 3 && path.get(1).equals("models")) {
            return model(exchange, path, post);
        }
        return switch (String.join("/", path)) {
            case "metrics" -> Answer.text(METRICS, metrics.get());
            case "v2" -> json(200, server());
            case "v2/health/live" -> json(200, mapper.createObjectNode().put("live", true));
            case "v2/health/ready" -> ready();
            case "v2/models" -> json(200, models());
            default -> error(404, "there is no " + exchange.getRequestURI().getPath());
        };
    }

    private Answer model(HttpExchange exchange, List<String> path, boolean post)
            throws IOException, InferenceException {
        String action = path.get(0) + " " + path.get(path.size() - 1);
        Optional<Lease> found = slots.acquire(path.get(2));
        if (found.isEmpty()) {
            return error(404, "no model '" + path.get(2) + "' serves on this device; there are " + slots.names());
        }
        try (Lease lease = found.get()) {
            Served served = lease.served();
            if (action.equals("v2 infer") && post) {
                JsonNode request = mapper.readTree(body(exchange));
                return json(200, Tensors.infer(served, request == null ? mapper.nullNode() : request, mapper));
            }
            if (action.equals("v1 classify") && post) {
                return json(
                        200,
                        classify(
                                served, body(exchange), exchange.getRequestURI().getQuery()));
            }
            if (action.equals("v2 ready")) {
                return json(200, mapper.createObjectNode().put("ready", true));
            }
            if (path.get(0).equals("v2") && path.size() == 3) {
                return json(200, metadata(served));
            }
            return error(
                    post ? 404 : 405,
                    "there is no " + exchange.getRequestMethod() + " "
                            + exchange.getRequestURI().getPath());
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException, InferenceException {
        try (InputStream in = exchange.getRequestBody()) {
            byte[] body = in.readNBytes(MAX_BODY_BYTES + 1);
            if (body.length > MAX_BODY_BYTES) {
                throw InferenceException.badInput("the body is longer than " + MAX_BODY_BYTES + " bytes");
            }
            return body;
        }
    }

    private ObjectNode classify(Served served, byte[] picture, @Nullable String query) throws InferenceException {
        int most = query != null && query.matches("top=\\d{1,4}") ? Integer.parseInt(query.substring(4)) : 1;
        long begin = System.nanoTime();
        List<Classification> best = Classifier.classify(served, picture, most);
        ObjectNode answer = mapper.createObjectNode();
        answer.put("model", served.manifest().model());
        answer.put("version", served.manifest().version());
        answer.put("variant", served.manifest().variant());
        answer.put("label", best.get(0).label());
        answer.put("score", best.get(0).score());
        answer.put("millis", (System.nanoTime() - begin) / 1e6);
        ArrayNode classes = answer.putArray("classes");
        best.forEach(one -> classes.addObject()
                .put("index", one.index())
                .put("label", one.label())
                .put("score", one.score()));
        return answer;
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

    private ObjectNode models() {
        ObjectNode node = mapper.createObjectNode();
        ArrayNode list = node.putArray("models");
        for (String name : slots.names()) {
            slots.acquire(name).ifPresent(lease -> {
                try (lease) {
                    list.add(metadata(lease.served()).put("slot", name));
                }
            });
        }
        return node;
    }

    private ObjectNode metadata(Served served) {
        ObjectNode node = mapper.createObjectNode();
        node.put("name", served.manifest().model());
        node.putArray("versions").add(served.manifest().version());
        node.put("platform", "onnx_onnxruntime");
        node.put("variant", served.manifest().variant());
        specs(node.putArray("inputs"), served.model().inputs());
        specs(node.putArray("outputs"), served.model().outputs());
        return node;
    }

    private static void specs(ArrayNode target, List<TensorSpec> specs) {
        for (TensorSpec spec : specs) {
            ArrayNode shape = target.addObject()
                    .put("name", spec.name())
                    .put("datatype", spec.type())
                    .putArray("shape");
            spec.shape().forEach(shape::add);
        }
    }

    private Answer error(int status, String message) {
        return json(status, mapper.createObjectNode().put("error", message));
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

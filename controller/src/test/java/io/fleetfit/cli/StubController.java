package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fleetfit.protocol.JsonCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers requests of the API with what a test told it, and takes uploads. */
final class StubController implements AutoCloseable {
    private static final ObjectMapper JSON = JsonCodec.mapper();

    private final HttpServer server;
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final ByteArrayOutputStream uploaded = new ByteArrayOutputStream();
    private volatile long uploadSize;
    private volatile long failUploadAt = Long.MAX_VALUE;
    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> bodies = new CopyOnWriteArrayList<>();
    final List<String> tokens = new CopyOnWriteArrayList<>();

    private record Answer(int status, String body) {}

    StubController() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** {@code request} is a method and a path with query below {@code /api/v1/}; the last answer is given for ever. */
    StubController answer(String request, int status, Object body) {
        String text =
                body instanceof String json ? json : JSON.valueToTree(body).toString();
        answers.computeIfAbsent(request, key -> new ArrayDeque<>()).add(new Answer(status, text));
        return this;
    }

    StubController answer(String request, Object body) {
        return answer(request, 200, body);
    }

    /** The part of an upload that begins here is refused, once. */
    void failUploadAt(long offset) {
        failUploadAt = offset;
    }

    byte[] uploaded() {
        return uploaded.toByteArray();
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString().substring("/api/v1/".length());
        String request = exchange.getRequestMethod() + " " + path;
        byte[] body = exchange.getRequestBody().readAllBytes();
        requests.add(request);
        tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        Answer answer = path.startsWith("uploads") ? upload(exchange, body) : told(request);
        if (!path.startsWith("uploads/")) {
            bodies.add(new String(body, StandardCharsets.UTF_8));
        }
        byte[] text = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), text.length == 0 ? -1 : text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }

    private Answer told(String request) {
        Deque<Answer> queue = answers.getOrDefault(request, new ArrayDeque<>());
        if (queue.isEmpty()) {
            return new Answer(404, "{\"title\":\"Not found\",\"detail\":\"there is no " + request + "\"}");
        }
        return queue.size() > 1 ? queue.removeFirst() : queue.getFirst();
    }

    private Answer upload(HttpExchange exchange, byte[] body) throws IOException {
        ObjectNode state = JSON.createObjectNode().put("id", "u1");
        switch (exchange.getRequestMethod()) {
            case "POST" -> {
                JsonNode request = JSON.readTree(body);
                uploadSize = request.path("size").asLong();
                uploaded.reset();
                return new Answer(201, state.put("offset", 0).toString());
            }
            case "GET" -> {
                return new Answer(
                        200,
                        state.put("size", uploadSize)
                                .put("offset", uploaded.size())
                                .toString());
            }
            default -> {
                long offset = Long.parseLong(exchange.getRequestHeaders().getFirst("Upload-Offset"));
                if (offset >= failUploadAt) {
                    failUploadAt = Long.MAX_VALUE;
                    return new Answer(507, "{\"detail\":\"the disk is full\",\"remedy\":\"free some\"}");
                }
                if (offset != uploaded.size()) {
                    return new Answer(409, "{\"detail\":\"wrong offset " + offset + "\"}");
                }
                uploaded.write(body);
                return new Answer(204, "");
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

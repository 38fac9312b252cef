package io.fleetfit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.protocol.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The controller's REST API as the commands use it; failures end the command with the right exit code. */
final class ApiClient {
    private static final ObjectMapper JSON = JsonCodec.mapper();
    private static final String JSON_TYPE = "application/json";
    private static final int NOT_FOUND = 404;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI base;
    private final @Nullable String token;

    ApiClient(URI base, @Nullable String token) {
        this.base = base;
        this.token = token;
    }

    URI base() {
        return base;
    }

    /** An empty JSON object to fill. */
    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** One segment of a path, or one value of a query. */
    static String escape(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** {@code GET /api/v1/path}. */
    JsonNode get(String path) {
        return json(checked(send("GET", path, BodyPublishers.noBody(), JSON_TYPE)));
    }

    /** {@code GET /api/v1/path}, or empty if there is no such thing. */
    Optional<JsonNode> find(String path) {
        HttpResponse<String> response = send("GET", path, BodyPublishers.noBody(), JSON_TYPE);
        return response.statusCode() == NOT_FOUND ? Optional.empty() : Optional.of(json(checked(response)));
    }

    JsonNode post(String path, JsonNode body) {
        return post(path, body.toString(), JSON_TYPE);
    }

    JsonNode post(String path, String body, String type) {
        return json(checked(send("POST", path, BodyPublishers.ofString(body), type)));
    }

    JsonNode put(String path, JsonNode body) {
        return json(checked(send("PUT", path, BodyPublishers.ofString(body.toString()), JSON_TYPE)));
    }

    void delete(String path) {
        checked(send("DELETE", path, BodyPublishers.noBody(), JSON_TYPE));
    }

    /** Writes the bytes of {@code GET /api/v1/path} to a file, which is whole or not there. */
    void download(String path, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        try {
            Path draft = Files.createTempFile(folder, "download", ".tmp");
            try {
                HttpRequest request =
                        request(path).timeout(Duration.ofMinutes(30)).build();
                HttpResponse<Path> response = http.send(request, BodyHandlers.ofFile(draft));
                if (response.statusCode() >= 300) {
                    throw CliFailure.refused(ApiClient.problemText(
                            JSON.readTree(draft.toFile()), "refused with status " + response.statusCode()));
                }
                Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw CliFailure.badInput("file", file.toString(), "cannot be written: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CliFailure.unreachable("interrupted");
        }
    }

    /** Appends bytes to an upload. */
    void append(String upload, long offset, BodyPublisher bytes) {
        HttpRequest request = request("uploads/" + escape(upload))
                .header("Content-Type", "application/offset+octet-stream")
                .header("Upload-Offset", Long.toString(offset))
                .timeout(Duration.ofMinutes(30))
                .method("PATCH", bytes)
                .build();
        checked(send(request));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/api/v1/" + path))
                .header("Accept", JSON_TYPE + ", application/problem+json");
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> send(String method, String path, BodyPublisher body, String type) {
        return send(request(path)
                .header("Content-Type", type)
                .timeout(Duration.ofMinutes(2))
                .method(method, body)
                .build());
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw CliFailure.unreachable("no answer from the controller at " + base + " (" + why
                    + "): is it running? start one with 'fleetfit up', or name another with --url");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CliFailure.unreachable("interrupted");
        }
    }

    private static HttpResponse<String> checked(HttpResponse<String> response) {
        if (response.statusCode() >= 300) {
            throw CliFailure.refused(problem(response));
        }
        return response;
    }

    /** One line out of an RFC 9457 problem, or out of whatever else the answer holds. */
    private static String problem(HttpResponse<String> response) {
        String what =
                response.request().method() + " " + response.request().uri().getPath();
        JsonNode problem;
        try {
            problem = JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            return what + " was answered with status " + response.statusCode() + ", not by a Fleetfit controller";
        }
        return problemText(problem, what + " was refused with status " + response.statusCode());
    }

    /** Detail, field, value and remedy of a problem in one line; {@code fallback} if it says nothing. */
    static String problemText(JsonNode problem, String fallback) {
        String detail = problem.path("detail").asText(problem.path("title").asText(fallback));
        StringBuilder text = new StringBuilder(detail);
        String field = problem.path("field").asText("");
        String value = problem.path("value").asText("");
        if (!field.isEmpty() && !detail.contains(field)) {
            text.append(" [").append(field);
            text.append(value.isEmpty() || detail.contains(value) ? "" : " '" + value + "'");
            text.append(']');
        }
        String remedy = problem.path("remedy").asText("");
        if (!remedy.isEmpty() && !detail.contains(remedy)) {
            text.append("; ").append(remedy);
        }
        return text.toString().replaceAll("\\s*\\R\\s*", "; ");
    }

    private static JsonNode json(HttpResponse<String> response) {
        try {
            return response.body().isBlank() ? object() : JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw CliFailure.refused("the answer to " + response.request().uri()
                    + " is no JSON: the address is not that of a Fleetfit controller");
        }
    }
}

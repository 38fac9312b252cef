package io.fleetfit.deploy.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A user of a controller's REST API. */
public final class ControllerClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final URI base;
    private final String token;

    /** @param base for example {@code http://127.0.0.1:8080} */
    public ControllerClient(URI base, String token) {
        this.base = base;
        this.token = token;
    }

    /** An empty JSON object to fill. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** The JSON answer of {@code GET /api/v1/path}. */
    public JsonNode get(String path) {
        return json(send("GET", path, BodyPublishers.noBody(), "application/json"));
    }

    /** The JSON answer of {@code POST /api/v1/path}. */
    public JsonNode post(String path, JsonNode body) {
        return json(send("POST", path, BodyPublishers.ofString(body.toString()), "application/json"));
    }

    /** The JSON answer of {@code PUT /api/v1/path}. */
    public JsonNode put(String path, JsonNode body) {
        return json(send("PUT", path, BodyPublishers.ofString(body.toString()), "application/json"));
    }

    /** The bytes of {@code GET /api/v1/path}. */
    public byte[] bytes(String path) {
        return send("GET", path, BodyPublishers.noBody(), "application/json").body();
    }

    /** The bytes of {@code GET path}, outside {@code /api/v1}. */
    public byte[] raw(String path) {
        return send("GET", "../.." + path, BodyPublishers.noBody(), "application/json")
                .body();
    }

    /** Uploads a file; the digest of its blob. */
    public String upload(Path file) {
        try {
            JsonNode upload = post("uploads", object().put("size", Files.size(file)));
            String id = upload.required("id").asText();
            HttpRequest request = request("uploads/" + id)
                    .header("Upload-Offset", "0")
                    .header("Content-Type", "application/offset+octet-stream")
                    .timeout(Duration.ofMinutes(30))
                    .method("PATCH", BodyPublishers.ofFile(file))
                    .build();
            checked(request, http.send(request, BodyHandlers.ofByteArray()));
            return get("uploads/" + id).required("sha256").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Waits until a job has ended well; its result. */
    public JsonNode awaitJob(String job, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            JsonNode answer = get("jobs/" + job);
            String state = answer.required("state").asText();
            if (state.equals("SUCCEEDED")) {
                return answer.path("result");
            }
            if (state.equals("FAILED") || System.nanoTime() > end) {
                throw new IllegalStateException("the job " + job + " did not succeed: " + answer);
            }
            pause(Duration.ofMillis(100));
        }
    }

    /** Waits a moment between two looks. */
    public static void pause(Duration moment) {
        try {
            TimeUnit.MILLISECONDS.sleep(moment.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve("/api/v1/" + path)).header("Authorization", "Bearer " + token);
    }

    private HttpResponse<byte[]> send(String method, String path, BodyPublisher body, String contentType) {
        HttpRequest request = request(path)
                .header("Content-Type", contentType)
                .timeout(Duration.ofSeconds(60))
                .method(method, body)
                .build();
        try {
            return checked(request, http.send(request, BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static HttpResponse<byte[]> checked(HttpRequest request, HttpResponse<byte[]> response) {
        if (response.statusCode() >= 300) {
            throw new ApiProblem(
                    request.method() + " " + request.uri().getPath(), response.statusCode(), response.body());
        }
        return response;
    }

    private static JsonNode json(HttpResponse<byte[]> response) {
        try {
            return response.body().length == 0 ? object() : JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted", e);
    }
}

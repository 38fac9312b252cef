package io.fleetfit.deploy.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A program on the device that uses the agent's local API. */
public final class AgentClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI base;

    /** @param port of the local API on loopback */
    public AgentClient(int port) {
        this.base = URI.create("http://127.0.0.1:" + port);
    }

    /** Classifies a picture; the answer with {@code label} and {@code score}. */
    public JsonNode classify(String model, byte[] picture) {
        return post("/v1/models/" + model + "/classify", "image/png", picture);
    }

    /** Infers with a request of the Open Inference Protocol. */
    public JsonNode infer(String model, JsonNode request) {
        return post(
                "/v2/models/" + model + "/infer",
                "application/json",
                request.toString().getBytes(UTF_8));
    }

    /** The answer of {@code GET path}, as text. */
    public String get(String path) {
        return new String(send(HttpRequest.newBuilder(base.resolve(path))), UTF_8);
    }

    private JsonNode post(String path, String contentType, byte[] body) {
        try {
            return JSON.readTree(send(HttpRequest.newBuilder(base.resolve(path))
                    .header("Content-Type", contentType)
                    .POST(BodyPublishers.ofByteArray(body))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] send(HttpRequest.Builder builder) {
        HttpRequest request = builder.timeout(Duration.ofSeconds(30)).build();
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new ApiProblem(
                        request.method() + " " + request.uri().getPath(), response.statusCode(), response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}

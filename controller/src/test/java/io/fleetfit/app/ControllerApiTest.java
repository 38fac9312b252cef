package io.fleetfit.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControllerApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private static Controller controller;
    private static String admin;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        controller = Controller.start(ConfigReader.read(
                null,
                Map.of(),
                Map.of(
                        Setting.DATA_DIR, folder.resolve("data").toString(),
                        Setting.HTTP_PORT, "0",
                        Setting.MQTT_PORT, "0")));
        admin = controller.firstToken().orElseThrow();
    }

    @AfterAll
    static void stop() {
        controller.close();
    }

    @Test
    void the_document_names_every_route_and_no_other() throws Exception {
        HttpResponse<byte[]> answer = send("GET", "/api/v1/openapi.yaml", "", "");

        JsonNode paths = new YAMLMapper().readTree(answer.body()).required("paths");
        Set<String> documented = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            path.getValue().fieldNames().forEachRemaining(method -> {
                if (!method.equals("parameters")) {
                    documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                }
            });
        }
        assertThat(documented).containsExactlyInAnyOrderElementsOf(controller.routes());
    }

    @Test
    void without_a_token_nothing_is_told() throws Exception {
        assertThat(send("GET", "/api/v1/devices", "", "").statusCode()).isEqualTo(401);
        assertThat(send("GET", "/api/v1/devices", "fft_wrong", "").statusCode()).isEqualTo(401);
        assertThat(send("GET", "/health/ready", "", "").statusCode()).isEqualTo(200);
    }

    @Test
    void a_viewer_reads_and_changes_nothing() throws Exception {
        JsonNode made = json(send("POST", "/api/v1/tokens", admin, "{\"name\": \"eyes\", \"role\": \"VIEWER\"}"));
        String viewer = made.required("token").asText();

        assertThat(send("GET", "/api/v1/models", viewer, "").statusCode()).isEqualTo(200);
        assertThat(send("POST", "/api/v1/rollouts", viewer, "{}").statusCode()).isEqualTo(403);

        String path = "/api/v1/tokens/" + made.required("id").asText();
        assertThat(send("DELETE", path, admin, "").statusCode()).isEqualTo(204);
        assertThat(send("GET", "/api/v1/models", viewer, "").statusCode()).isEqualTo(401);
    }

    @Test
    void a_problem_names_field_and_remedy() throws Exception {
        HttpResponse<byte[]> missing = send("POST", "/api/v1/deployments", admin, "{\"name\": \"d\"}");
        HttpResponse<byte[]> unknown = send("POST", "/api/v1/uploads", admin, "{\"sise\": 3}");
        HttpResponse<byte[]> absent = send("GET", "/api/v1/models/nothing", admin, "");

        assertThat(missing.statusCode()).isEqualTo(422);
        assertThat(missing.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json(missing).required("field").asText()).isEqualTo("model");
        assertThat(json(unknown).required("field").asText()).isEqualTo("sise");
        assertThat(json(unknown).required("remedy").asText()).contains("size");
        assertThat(absent.statusCode()).isEqualTo(404);
        assertThat(json(absent).required("value").asText()).isEqualTo("nothing");
        assertThat(send("GET", "/api/v1/nowhere", admin, "").statusCode()).isEqualTo(404);
    }

    @Test
    void an_upload_goes_on_where_it_stopped_and_a_web_page_is_refused() throws Exception {
        byte[] page = "<!doctype html><html>not found</html>".getBytes(StandardCharsets.UTF_8);
        String digest = Digest.of(page).hex();
        JsonNode upload = json(send("POST", "/api/v1/uploads", admin, "{\"size\": " + page.length + "}"));
        String path = "/api/v1/uploads/" + upload.required("id").asText();

        assertThat(append(path, page, 0, 10).statusCode()).isEqualTo(204);
        HttpResponse<byte[]> wrong = append(path, page, 5, 20);
        assertThat(wrong.statusCode()).isEqualTo(409);
        assertThat(wrong.headers().firstValue("Upload-Offset")).hasValue("10");
        assertThat(append(path, page, 10, page.length).statusCode()).isEqualTo(204);
        assertThat(json(send("GET", path, admin, "")).required("sha256").asText())
                .isEqualTo(digest);

        JsonNode begun = json(send("POST", "/api/v1/models/page/versions", admin, "{\"blob\": \"" + digest + "\"}"));
        String job = "/api/v1/jobs/" + begun.required("job").asText();
        await().atMost(Duration.ofSeconds(60)).until(() -> json(send("GET", job, admin, ""))
                .required("state")
                .asText()
                .equals("FAILED"));
        assertThat(json(send("GET", job, admin, "")).required("code").asText()).isEqualTo("not-onnx");
        assertThat(send("GET", "/api/v1/models/page", admin, "").statusCode()).isEqualTo(404);
    }

    private HttpResponse<byte[]> append(String path, byte[] bytes, int from, int to)
            throws IOException, InterruptedException {
        return http.send(
                request(path, admin)
                        .header("Upload-Offset", Integer.toString(from))
                        .method("PATCH", BodyPublishers.ofByteArray(bytes, from, to - from))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> send(String method, String path, String token, String body)
            throws IOException, InterruptedException {
        return http.send(
                request(path, token)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(controller.url() + path)).timeout(Duration.ofSeconds(20));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
        return JSON.readTree(answer.body());
    }
}

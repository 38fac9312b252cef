package io.fleetfit.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.agent.runtime.DirectionModel;
import io.fleetfit.agent.runtime.LoadedModel;
import io.fleetfit.agent.runtime.ModelSlots;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.agent.runtime.OrtVariantRuntime;
import io.fleetfit.agent.telemetry.OpenMetrics;
import io.fleetfit.agent.telemetry.TelemetryCollector;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.VariantManifest;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalApiTest {
    @TempDir
    Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ModelSlots slots = new ModelSlots();
    private final TelemetryCollector telemetry = new TelemetryCollector();
    private final OrtVariantRuntime runtime = new OrtVariantRuntime(new OrtEngine(), slots, telemetry);
    private LocalApi api;
    private @Nullable HttpResponse<String> answer;

    @BeforeEach
    void start() throws Exception {
        Path file = DirectionModel.file(folder);
        try (LoadedModel model = new OrtEngine().load(file, ExecutionSettings.cpu())) {
            VariantManifest manifest = DirectionModel.manifest("a", model);
            runtime.activate("lines", manifest, ExecutionSettings.cpu(), file);
        }
        api = LocalApi.start(
                "127.0.0.1",
                0,
                slots,
                () -> OpenMetrics.text(telemetry.current(), new TelemetryBatch.SystemFigures(1, 2, 3, 4, 55.5, false)),
                "1");
    }

    private HttpResponse<String> last() {
        return Objects.requireNonNull(answer);
    }

    @AfterEach
    void stop() {
        api.close();
        runtime.close();
    }

    private JsonNode call(String method, String path, byte[] body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.port() + path))
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        answer = response;
        return response.body().startsWith("{") ? json.readTree(response.body()) : json.nullNode();
    }

    private static byte[] line(boolean turned) throws IOException {
        BufferedImage picture = new BufferedImage(192, 48, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, 192, 48);
        if (turned) {
            graphics.rotate(Math.PI, 96, 24);
        }
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 32));
        graphics.drawString("Fleet 2026", 8, 36);
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", out);
        return out.toByteArray();
    }

    @Test
    void classifiesPicturesAsTheContractSays() throws Exception {
        JsonNode upright = call("POST", "/v1/models/lines/classify?top=2", line(false));
        JsonNode turned = call("POST", "/v1/models/direction/classify?top=2", line(true));

        assertThat(upright.path("label").asText()).isEqualTo("0");
        assertThat(scoreOf180(turned)).isGreaterThan(scoreOf180(upright));
        assertThat(turned.path("classes")).hasSize(2);
        assertThat(telemetry.drain().get(0).inferences()).isEqualTo(2);
    }

    private static double scoreOf180(JsonNode answer) {
        for (JsonNode one : answer.path("classes")) {
            if (one.path("label").asText().equals("180")) {
                return one.path("score").asDouble();
            }
        }
        return Double.NaN;
    }

    @Test
    void infersByTheOpenInferenceProtocol() throws Exception {
        JsonNode model = call("GET", "/v2/models/direction", new byte[0]);
        ObjectNode request = json.createObjectNode().put("id", "7");
        ObjectNode input = request.putArray("inputs").addObject();
        input.put("name", model.path("inputs").get(0).path("name").asText()).put("datatype", "FP32");
        input.putArray("shape").add(2).add(3).add(48).add(192);
        ArrayNode data = input.putArray("data");
        for (int i = 0; i < 2 * 3 * 48 * 192; i++) {
            data.add(0.5);
        }

        JsonNode inferred = call("POST", "/v2/models/direction/infer", json.writeValueAsBytes(request));

        assertThat(last().statusCode()).isEqualTo(200);
        assertThat(inferred.path("id").asText()).isEqualTo("7");
        assertThat(inferred.path("outputs").get(0).path("shape").toString()).isEqualTo("[2,2]");
        assertThat(inferred.path("outputs").get(0).path("data")).hasSize(4);
    }

    @Test
    void saysWhatIsWrongWithARequest() throws Exception {
        call("POST", "/v1/models/nobody/classify", new byte[] {1});
        assertThat(last().statusCode()).isEqualTo(404);
        call("POST", "/v1/models/lines/classify", new byte[] {1, 2, 3});
        assertThat(last().statusCode()).isEqualTo(400);
        assertThat(last().body()).contains("neither JPEG nor PNG");
        call("POST", "/v2/models/lines/infer", "{\"inputs\":[]}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(last().statusCode()).isEqualTo(400);
        assertThat(last().body()).contains("is missing");
        call("POST", "/v2/models/lines/infer", "no json".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(last().statusCode()).isEqualTo(400);
        call("GET", "/v3", new byte[0]);
        assertThat(last().statusCode()).isEqualTo(404);
    }

    @Test
    void tellsItsHealthAndFigures() throws Exception {
        call("POST", "/v1/models/lines/classify", line(false));
        assertThat(call("GET", "/v2/health/ready", new byte[0]).path("ready").asBoolean())
                .isTrue();
        call("GET", "/metrics", new byte[0]);

        assertThat(last().body())
                .contains("fleetfit_agent_inferences_total{slot=\"lines\",variant=\"direction@1/a\"} 1")
                .endsWith("# EOF\n");
        runtime.clear("lines");
        assertThat(call("GET", "/v2/health/ready", new byte[0]).path("ready").asBoolean())
                .isFalse();
        assertThat(last().statusCode()).isEqualTo(503);
    }

    @Test
    void watchesAFolderAndTakesEachPictureOnce() throws Exception {
        Path inbox = folder.resolve("inbox");
        Path output = folder.resolve("results.jsonl");
        try (WatchedFolder watched = WatchedFolder.start(inbox, "direction", output, slots, Clock.systemUTC())) {
            assertThat(watched).isNotNull();
            Files.write(inbox.resolve("up.png"), line(false));
            Files.write(inbox.resolve("down.png"), line(true));
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(Files.readAllLines(output)).hasSize(2));
        }

        try (WatchedFolder again = WatchedFolder.start(inbox, "direction", output, slots, Clock.systemUTC())) {
            assertThat(again).isNotNull();
            Files.write(inbox.resolve("broken.png"), new byte[] {1});
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(Files.readAllLines(output)).hasSize(3));
        }
        assertThat(Files.readAllLines(output))
                .anySatisfy(line -> assertThat(line).contains("down.png").contains("label"));
        assertThat(Files.readAllLines(output).get(2)).contains("\"error\"");
    }
}

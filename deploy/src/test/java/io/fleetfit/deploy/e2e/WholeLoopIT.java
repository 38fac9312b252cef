package io.fleetfit.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.deploy.demo.LineImages;
import io.fleetfit.deploy.process.ControllerClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** From a model file to a label on a device, and back to figures on the controller. */
class WholeLoopIT {
    private static final String MODEL = "text-direction";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void a_model_reaches_a_device_serves_there_and_is_heard_of() throws IOException {
        try (Site site = new Site(folder)) {
            importModel(site);
            Device device = site.device("pi-1").start();
            device.awaitOnline();

            String rollout = site.deploy(device.id(), MODEL, "1");

            assertThat(site.awaitEnd(rollout)).isEqualTo("SUCCEEDED");
            device.awaitCommitted(MODEL, "1");
            List<LineImages.Line> lines = new LineImages().render(20, 7);
            long right = lines.stream()
                    .filter(line -> device.local()
                            .classify(MODEL, line.png())
                            .required("label")
                            .asText()
                            .equals(line.label()))
                    .count();
            assertThat(right).isGreaterThanOrEqualTo(19);
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(device.inferencesStored(MODEL))
                    .isGreaterThanOrEqualTo(20));
        }
    }

    private void importModel(Site site) throws IOException {
        Path file = folder.resolve("model.onnx");
        try (InputStream in = Objects.requireNonNull(
                getClass().getClassLoader().getResourceAsStream("models/ch_ppocr_mobile_v2.0_cls_infer.onnx"))) {
            Files.copy(in, file);
        }
        JsonNode contract;
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("text-direction.json"))) {
            contract = new ObjectMapper().readTree(in);
        }
        ObjectNode request = ControllerClient.object()
                .put("blob", site.api().upload(file))
                .put("version", "1")
                .set("contract", contract);
        JsonNode job = site.api().post("models/" + MODEL + "/versions", request);
        site.api().awaitJob(job.required("job").asText(), Duration.ofMinutes(1));
    }
}

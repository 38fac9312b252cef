package io.fleetfit.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.agent.runtime.DirectionModel;
import io.fleetfit.agent.runtime.Frame;
import io.fleetfit.agent.runtime.Lease;
import io.fleetfit.agent.runtime.LoadedModel;
import io.fleetfit.agent.runtime.ModelSlots;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.agent.runtime.OrtVariantRuntime;
import io.fleetfit.agent.telemetry.TelemetryCollector;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.VariantManifest;
import io.fleetfit.protocol.picture.PictureShape;
import io.fleetfit.protocol.picture.Pictures;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturePixelsTest {
    @TempDir
    private Path folder;

    @Test
    void classifies_the_very_tensor_that_the_protocol_says() throws Exception {
        // Given
        byte[] picture = picture();
        Path file = DirectionModel.file(folder);
        ModelSlots slots = new ModelSlots();
        OrtVariantRuntime runtime = new OrtVariantRuntime(new OrtEngine(), slots, new TelemetryCollector());
        try (LoadedModel model = new OrtEngine().load(file, ExecutionSettings.cpu())) {
            VariantManifest manifest = DirectionModel.manifest("a", model);
            runtime.activate("lines", manifest, ExecutionSettings.cpu(), file);
            ImageInput image = Objects.requireNonNull(manifest.contract().image());

            // When
            List<Classification> classes;
            try (Lease lease = slots.acquire("lines").orElseThrow()) {
                classes = Classifier.classify(lease.served(), picture, 2);
            }

            // Then
            try (Frame frame = model.borrow(List.of(PictureShape.of(image)))) {
                Pictures.write(picture, image, frame.input(0).asFloatBuffer());
                frame.run();
                FloatBuffer scores = frame.output(0).asFloatBuffer();
                assertThat(classes).hasSize(2).allSatisfy(each -> assertThat((float) each.score())
                        .isEqualTo(scores.get(each.index())));
            }
        } finally {
            runtime.close();
        }
    }

    private static byte[] picture() throws Exception {
        BufferedImage picture = new BufferedImage(150, 40, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(new Color(230, 220, 200));
        graphics.fillRect(0, 0, 150, 40);
        graphics.setColor(new Color(30, 10, 60));
        for (int i = 0; i < 6; i++) {
            graphics.drawLine(10 + i * 22, 8, 10 + i * 22, 32);
            graphics.drawLine(10 + i * 22, 32, 24 + i * 22, 32);
        }
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", out);
        return out.toByteArray();
    }
}

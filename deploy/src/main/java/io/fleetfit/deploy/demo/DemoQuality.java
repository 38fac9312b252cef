package io.fleetfit.deploy.demo;

import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.agent.runtime.Lease;
import io.fleetfit.agent.runtime.ModelSlots;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.agent.runtime.OrtVariantRuntime;
import io.fleetfit.agent.serve.Classifier;
import io.fleetfit.agent.telemetry.TelemetryCollector;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.VariantManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Measures a variant on labelled lines with the code that devices run: the same preparation of pictures, the same engine. */
final class DemoQuality {
    private DemoQuality() {}

    /** Share of the lines whose direction the variant names rightly. */
    static double top1(byte[] onnx, String variant, List<LineImages.Line> lines, Path folder) throws IOException {
        Path file = Files.write(folder.resolve(variant + ".onnx"), onnx);
        ModelSlots slots = new ModelSlots();
        OrtVariantRuntime runtime = new OrtVariantRuntime(new OrtEngine(), slots, new TelemetryCollector());
        try {
            runtime.activate(DemoModel.NAME, manifest(onnx, variant), ExecutionSettings.cpu(), file);
            try (Lease lease = slots.acquire(DemoModel.NAME).orElseThrow()) {
                int right = 0;
                for (LineImages.Line line : lines) {
                    String label = Classifier.classify(lease.served(), line.png(), 1)
                            .get(0)
                            .label();
                    right += label.equals(line.label()) ? 1 : 0;
                }
                return (double) right / lines.size();
            }
        } catch (UpdateFailure | InferenceException e) {
            throw new IllegalStateException("the variant " + variant + " does not run here", e);
        } finally {
            runtime.clear(DemoModel.NAME);
            Files.delete(file);
        }
    }

    private static VariantManifest manifest(byte[] onnx, String variant) throws IOException {
        Digest digest = Digest.of(onnx);
        return new VariantManifest(
                Protocol.VERSION,
                DemoModel.NAME,
                DemoModel.VERSION,
                variant,
                variant,
                variant,
                digest,
                onnx.length,
                digest,
                0,
                JsonCodec.mapper().readValue(DemoModel.CONTRACT, ModelContract.class));
    }
}

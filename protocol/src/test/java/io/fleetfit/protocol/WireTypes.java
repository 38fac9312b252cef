package io.fleetfit.protocol;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The records that make up the messages, and which of their fields a message must have. */
final class WireTypes {
    private static final List<Class<? extends Record>> RECORDS = List.of(
            DesiredState.class,
            Assignment.class,
            ExecutionSettings.class,
            Budget.class,
            DsseEnvelope.class,
            DsseEnvelope.Signature.class,
            VariantManifest.class,
            ModelContract.class,
            TensorSpec.class,
            ImageInput.class,
            Hello.class,
            Capabilities.class,
            HeldBlob.class,
            ReportedState.class,
            SlotReport.class,
            Progress.class,
            UpdateError.class,
            ChunkRequest.class,
            TelemetryBatch.class,
            TelemetryBatch.SystemFigures.class,
            TelemetryBatch.SlotFigures.class,
            TelemetryAck.class,
            Presence.class,
            Golden.class,
            Golden.GoldenCase.class,
            Golden.GoldenInput.class,
            Golden.GoldenOutput.class,
            Qualification.class,
            ProbeReport.class,
            ProbeReport.RuntimeFingerprint.class,
            ProbeReport.ProbeRate.class,
            ProbeReport.PowerFigures.class,
            ProbeState.class);

    private WireTypes() {}

    /** For each type by name: its fields in order, each with whether it is required. */
    static Map<String, List<Field>> all() {
        Map<String, List<Field>> all = new TreeMap<>();
        RECORDS.forEach(type -> all.put(type.getSimpleName(), fields(type)));
        all.put("LatencySketch", List.of(new Field("buckets", true)));
        return all;
    }

    /** Name of a field and whether it is required. */
    record Field(String name, boolean required) {}

    private static List<Field> fields(Class<? extends Record> type) {
        List<Field> fields = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            fields.add(new Field(component.getName(), !optional));
        }
        return fields;
    }
}

package io.fleetfit.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.compress.VariantReport;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variants as the API shows them: with the bare name, the memory that they take, and what is reported of them. */
final class VariantViews {
    private static final ObjectMapper JSON = JsonCodec.mapper();

    private VariantViews() {}

    /** All variants of a version. */
    static List<ObjectNode> of(ModelVersion version, Services services) {
        Map<VariantRef, VariantReport> reports =
                services.compression().reports().reports(version.model(), version.version());
        return services.registry().variants(version.model(), version.version()).stream()
                .map(variant -> view(variant, reports.get(variant.ref())))
                .toList();
    }

    /** One variant. */
    static ObjectNode of(Variant variant, Services services) {
        return view(
                variant,
                services.compression()
                        .reports()
                        .reports(variant.ref().model(), variant.ref().version())
                        .get(variant.ref()));
    }

    private static ObjectNode view(Variant variant, @Nullable VariantReport report) {
        ObjectNode node = JSON.valueToTree(variant);
        node.put("name", variant.ref().variant());
        node.put(
                "peakMemoryBytes",
                variant.summary().runtimeWeightBytes() + variant.summary().peakActivationBytes());
        if (report != null) {
            ObjectNode more = JSON.valueToTree(report);
            node.setAll(more);
        }
        return node;
    }
}

package io.fleetfit.agent.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.agent.runtime.ModelSlots;
import io.fleetfit.agent.runtime.Served;
import io.fleetfit.protocol.TensorSpec;
import java.util.List;

/** JSON that describes models, as the Open Inference Protocol v2 has it, and answers to pictures. */
final class ModelDocuments {
    private final ObjectMapper mapper;

    ModelDocuments(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** What serves, by slot. */
    ObjectNode all(ModelSlots slots) {
        ObjectNode node = mapper.createObjectNode();
        ArrayNode list = node.putArray("models");
        for (String name : slots.names()) {
            slots.acquire(name).ifPresent(lease -> {
                try (lease) {
                    list.add(one(lease.served()).put("slot", name));
                }
            });
        }
        return node;
    }

    /** One model: its version, inputs and outputs. */
    ObjectNode one(Served served) {
        ObjectNode node = mapper.createObjectNode();
        node.put("name", served.manifest().model());
        node.putArray("versions").add(served.manifest().version());
        node.put("platform", "onnx_onnxruntime");
        node.put("variant", served.manifest().variant());
        specs(node.putArray("inputs"), served.model().inputs());
        specs(node.putArray("outputs"), served.model().outputs());
        return node;
    }

    private static void specs(ArrayNode target, List<TensorSpec> specs) {
        for (TensorSpec spec : specs) {
            ArrayNode shape = target.addObject()
                    .put("name", spec.name())
                    .put("datatype", spec.type())
                    .putArray("shape");
            spec.shape().forEach(shape::add);
        }
    }

    /** What a picture shows. */
    ObjectNode classified(Served served, List<Classification> best, double millis) {
        ObjectNode answer = mapper.createObjectNode();
        answer.put("model", served.manifest().model());
        answer.put("version", served.manifest().version());
        answer.put("variant", served.manifest().variant());
        answer.put("label", best.get(0).label());
        answer.put("score", best.get(0).score());
        answer.put("millis", millis);
        ArrayNode classes = answer.putArray("classes");
        best.forEach(one -> classes.addObject()
                .put("index", one.index())
                .put("label", one.label())
                .put("score", one.score()));
        return answer;
    }
}
